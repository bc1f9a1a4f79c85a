"""Semaphores of killed processes are removed, and those of others stay."""

import asyncio
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.system.process import running
from harness.system.semaphores import FOLDER
from harness.system.spawn import Command

MAKES_ONE = """
import multiprocessing, time
lock = multiprocessing.get_context("spawn").Lock()
print(lock._semlock.name, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux has the files")
def test_a_killed_process_leaves_no_semaphore(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def run() -> tuple[Path, bool, Path]:
        command = Command([sys.executable, "-c", MAKES_ONE], os.environ, tmp_path, log)
        async with running(command) as tree:
            while not log.read_text().endswith("\n"):
                await tree.unless_ended(asyncio.sleep(0.01), 30)
            own = path_of(log.read_text().strip())
            return own, own.exists(), path_of(other._semlock.name)

    other: Any = multiprocessing.get_context("spawn").Lock()
    own, existed, of_another = asyncio.run(run())
    assert existed and not own.exists()
    assert of_another.exists()


def path_of(name: str) -> Path:
    """Return the file of a semaphore."""
    return Path(FOLDER, f"sem.{name.removeprefix('/')}")
