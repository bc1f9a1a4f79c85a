"""Files are copied into a container, here through a client that records its input."""

import contextlib
import os
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from harness.deployment.containers import copy_in
from tests.builders.programs import write_program

CLIENT = """\
#!/bin/sh
echo "$@" > words
cat > copied.tar
"""


def copied(
    folder: Path, source: Path, target: str, left_out: str = ""
) -> dict[str, tarfile.TarInfo]:
    """Return the files that the client was given, by name."""
    client = write_program(folder / "client", CLIENT)
    words = [sys.executable, "-I", "-S", copy_in.__file__, "shop", str(source), target]
    done = subprocess.run(
        [*words, left_out, str(client), "--debug"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with tarfile.open(folder / "copied.tar") as archive:
        return {
            os.path.normpath(member.name): member for member in archive.getmembers()
        }


def words(folder: Path) -> str:
    """Return the arguments that the client was given."""
    return (folder / "words").read_text().strip()


def test_a_folder_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "shop"
    for name in ("app", "kept/inner", "logs"):
        (source / name).mkdir(parents=True)
    (source / "app" / "shop.db").write_bytes(b"rows")
    (source / "kept" / "inner" / "a").touch()
    (source / "logs" / "today").symlink_to("../app/shop.db")
    (source / "linked").symlink_to("app")
    (source / "file").write_text("theirs")
    with socket.socket(socket.AF_UNIX) as listening:
        with contextlib.chdir(source):  # the path of a socket must be short
            listening.bind("shop.sock")
        found = copied(tmp_path, source, "/srv", "/srv/kept:/srv/file:/other")
    assert words(tmp_path) == "--debug cp --archive - shop:/srv"
    assert set(found) == {".", "app", "app/shop.db", "logs", "logs/today", "linked"}
    assert found["linked"].issym() and found["app/shop.db"].size == 4


def test_a_file_is_copied(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    file.write_bytes(b"rows")
    file.chmod(0o640)
    (tmp_path / "linked").symlink_to(file)
    # The engine makes the parent folders.
    (found,) = copied(tmp_path, tmp_path / "linked", "/data/new/shop.db").values()
    assert words(tmp_path) == "--debug cp --archive - shop:/"
    assert found.name == "data/new/shop.db"
    assert (found.isreg(), found.size, found.mode) == (True, 4, 0o640)


def test_a_file_that_shrinks_meanwhile_is_padded(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"a line\n")
    with file.open("rb") as opened:
        whole = copy_in.Whole(opened, 9)
        assert whole.read(4) + whole.read(100) == b"a line\n\0\0"
        assert whole.read(1) == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o000)
    command = [sys.executable, copy_in.__file__, "shop", str(tmp_path), "/srv", ""]
    done = subprocess.run([*command, "cat"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "data cannot be copied into a container: Permission denied" in done.stderr
