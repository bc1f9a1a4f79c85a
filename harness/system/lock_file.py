"""Locks files, so that runs on one machine keep out of each other's way.

The kernel releases the lock of a process that ends, or is killed.
"""

import asyncio
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

LOOK_SECONDS = 0.2
"""How often to look whether another process has released a lock."""


def take(lock: TextIO | int) -> bool:
    """Take a lock until its file is closed; false if another process has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


async def locked(
    path: Path, seconds: float, waiting: Callable[[], object] = lambda: None
) -> TextIO:
    """Take the lock on a file, which is made if needed; closing the file releases it.

    ``waiting`` is called if another process has the lock. Raises ``TimeoutError`` if it
    still has it after ``seconds``, and ``OSError`` if the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a", encoding="utf-8")
    try:
        if not take(lock):
            waiting()
            async with asyncio.timeout(seconds):
                while not take(lock):
                    await asyncio.sleep(LOOK_SECONDS)
    except BaseException:
        lock.close()
        raise
    return lock
