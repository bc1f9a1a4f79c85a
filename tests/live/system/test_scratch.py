"""Temporary folders are removed, even if the harness is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.system.process import running
from harness.system.scratch import PREFIX
from harness.system.scratch import remove_left
from harness.system.scratch import scratch_folder
from harness.system.scratch import scratch_folders
from harness.system.spawn import Command

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")

HARNESS = """\
import asyncio, os, sys
from pathlib import Path
from harness.system.spawn import Command
from harness.system.process import running
from harness.system.scratch import scratch_folder
async def main():
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with scratch_folder() as one, scratch_folder() as other:
        (one / "inner").mkdir()
        (one / "inner" / "file").touch()
        async with running(Command(command, os.environ, other, one / "log")):
            print("started", flush=True)
            await asyncio.sleep(600)
asyncio.run(main())
"""


HOLDS = """\
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_folder_exists_until_its_block_ends(tmp_path: Path) -> None:
    async def start_and_stop(folder: Path) -> None:
        async with running(Command(SLEEP, os.environ, folder, folder / "log")):
            pass
        # The command was stopped, and the warden left the folder alone.
        assert (folder / "log").exists()

    with scratch_folder() as folder:
        assert scratch_folders() == [folder]
        asyncio.run(start_and_stop(folder))
    assert not folder.exists() and scratch_folders() == []


def test_only_empty_folders_without_a_lock_are_removed(tmp_path: Path) -> None:
    names = ("left", "in_use01", "not_emp", "fresh001")
    of = {name: tmp_path / f"{PREFIX}{name:_<8}" for name in names}
    of |= {"theirs": tmp_path / "theirs", "longer": tmp_path / f"{PREFIX}longer-name"}
    for path in of.values():
        path.mkdir()
    (of["not_emp"] / "file").touch()
    link = tmp_path / f"{PREFIX}symlink_"
    link.symlink_to(of["theirs"])
    for name in of.keys() - {"fresh001"}:
        os.utime(of[name], (1, 1))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(of["in_use01"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    remove_left(tmp_path)
    assert {name for name, path in of.items() if not path.exists()} == {"left"}
    assert link.is_symlink()
    holder.kill()
    holder.communicate()
    remove_left(tmp_path)
    assert not of["in_use01"].exists()


def test_the_folder_of_a_block_is_locked(tmp_path: Path) -> None:
    with scratch_folder(str(tmp_path)) as folder:
        os.utime(folder, (1, 1))
        remove_left(tmp_path)
        assert folder.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("name", ["temporary", "a:b c"])
def test_a_killed_harness_leaves_no_folder(
    tmp_path: Path, number: signal.Signals, name: str
) -> None:
    root = Path(__file__).parents[3]
    (tmp_path / "a").mkdir()  # not ours, although the name of ours begins alike
    place = tmp_path / name
    place.mkdir()
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS],
        env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
    )
    assert harness.stdout is not None
    with harness.stdout as output:
        assert output.readline() == b"started\n"
        tree = psutil.Process(harness.pid).children(recursive=True)
        assert len(list(place.iterdir())) == 2
        harness.send_signal(number)
        harness.wait(20)
    assert not psutil.wait_procs(tree, timeout=20)[1]
    assert list(place.iterdir()) == []
    assert (tmp_path / "a").exists()
