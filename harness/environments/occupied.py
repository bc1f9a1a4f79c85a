"""Keeps two runs out of one environment: a folder of environments may be shared."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from harness.environments.folder import ENVIRONMENTS
from harness.records.errors import UsageError

LOOK_SECONDS = 0.2
"""How often to look whether the other run has ended; the lock of one that was killed is
released too."""

LOCKS = ".locks"


@contextlib.asynccontextmanager
async def occupied(
    environments: Path,
    names: Iterable[str],
    say: Callable[[str], None],
    seconds: float,
) -> AsyncIterator[None]:
    """Keep other runs out of these environments until the block ends.

    While another run fills or uses one of them it waits, and says so once. All runs ask
    for them in the same order, so that no two wait for each other. Raises
    ``UsageError`` when the other run has not ended after so many ``seconds``, and for a
    folder that cannot be written to.
    """
    with contextlib.ExitStack() as held:
        for name in sorted(names):
            lock = held.enter_context(_opened(environments / LOCKS / name))
            if not _lock(lock):
                say(f"waiting for another run that uses the environment {name}")
                await _wait_for(lock, environments / name, seconds)
        yield


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError as problem:
        raise UsageError(
            f"{path.parents[1]}: cannot be used for environments: {problem.strerror}; "
            f"name another folder with {ENVIRONMENTS}"
        ) from problem


async def _wait_for(lock: TextIO, environment: Path, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not _lock(lock):
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise UsageError(
            f"{environment}: another run still uses it after {seconds:.0f} s; wait "
            f"until that has ended, or name another folder with {ENVIRONMENTS}"
        ) from None


def _lock(lock: TextIO) -> bool:
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
