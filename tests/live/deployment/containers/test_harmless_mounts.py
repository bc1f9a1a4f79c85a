"""Mounted files are unchanged, whatever a container deletes or overwrites."""

import os
import socket
from pathlib import Path

from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import COMPOSE
from tests.live.deployment.containers.conftest import compose
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import RUN
from tests.live.deployment.containers.conftest import run
from tests.live.deployment.containers.conftest import User

Seen = dict[str, tuple[int, int, int, bytes]]

SERVE = "exec gunicorn shop:app --threads 4 --bind 0.0.0.0:8000"

DESTROY = f"cat /conf/new/shop.db; ls /code/kept; rm -rf /code/* /data/*; {SERVE}"


def tree(folder: Path) -> None:
    """Make a folder as in production, with a database, logs, uploads and a socket."""
    for name in ("uploads", "logs", "kept", "modules"):
        (folder / name).mkdir()
        (folder / name / "one").write_text("production\n")
    (folder / "shop.db").write_text("rows of production\n")
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(folder)  # the path of a socket has to be short
        listening.bind("shop.sock")
        os.chdir(before)


def seen(folder: Path) -> Seen:
    """Return everything in a folder, with what shows a replacement or a write."""
    return {
        str(path): (
            status.st_ino,
            status.st_mode,
            status.st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
        if "concurrency.toml" not in path.name
        for status in [path.lstat()]
    }


def mounted(folder: Path) -> list[str]:
    """Return the mounts: a folder, folders and files in it, and one beside it."""
    return [
        f"{folder}:/code",
        f"{folder}/kept:/code/kept:ro",
        "/code/modules",
        f"{folder}/shop.db:/conf/new/shop.db",
        f"{folder}/logs:/data",
    ]


def test_mounts_of_docker_run_are_unchanged(
    check: Check, user: User, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    tree(folder)
    before = seen(folder)
    options = " ".join(f"-v {each}" for each in mounted(folder))
    checked = run(check, folder, f'{RUN} {options} {IMAGE} sh -c "{DESTROY}"')
    assert {"rows of production", "one"} <= set(checked.log().splitlines())
    assert seen(folder) == before


def test_mounts_of_a_project_are_unchanged(
    check: Check, user: User, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    tree(folder)
    text = f"""{COMPOSE}
    command: sh -c "{DESTROY}"
    volumes: {mounted(Path("."))}
""".replace("'./:", "'.:")
    (folder / "compose.yaml").write_text(text)
    before = seen(folder)
    checked = compose(check, folder, text)
    assert "rows of production" in checked.log()
    after = seen(folder)
    del before[str(folder / "compose.yaml")], after[str(folder / "compose.yaml")]
    assert after == before


def test_only_the_kept_mount_in_a_copied_folder_is_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    # The copy of the folder leaves out the kept mount.
    folder = tmp_path / "shop"
    folder.mkdir()
    tree(folder)
    before = seen(folder / "kept")
    options = f"-v {folder}:/code -v {folder}/kept:/code/kept"
    command = f'{RUN} {options} {IMAGE} sh -c "touch /code/kept/new; {SERVE}"'
    run(check, folder, command, 'keep-mounts = ["kept"]')
    (folder / "kept" / "new").unlink()
    assert seen(folder / "kept") == before


def test_mounts_of_a_read_only_container_are_unchanged(
    check: Check, user: User, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    tree(folder)
    before = seen(folder)
    write = "echo x > /srv/one.conf; rm -f /x/y/z/*; ls /x/y/z"
    text = f"""{COMPOSE}
    read_only: true
    tmpfs: [/tmp]
    volumes: ["./logs/one:/srv/one.conf", "./uploads:/x/y/z"]
    command: sh -c "{write}; {SERVE}"
"""
    compose(check, folder, text)
    (folder / "compose.yaml").unlink()
    assert seen(folder) == before
