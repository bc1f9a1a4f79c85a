"""Locks on files: runs on one machine keep out of each other's way by them.

The kernel releases the lock of a process that ends, or is killed.
"""

from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path
from typing import TextIO

LOOK_SECONDS = 0.2
"""How often to look whether another process has released a lock."""


def open_lock(path: Path) -> TextIO:
    """Open the file of a lock, which is made if it is not there. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8")


def take(lock: TextIO) -> bool:
    """Take a lock until its file is closed; false if another process has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


async def wait_for(lock: TextIO, seconds: float) -> None:
    """Take a lock that another process has. Raises ``TimeoutError``."""
    async with asyncio.timeout(seconds):
        while not take(lock):
            await asyncio.sleep(LOOK_SECONDS)
