"""Keeps two runs out of one environment: a folder of environments may be shared."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from harness.environments.folder import ENVIRONMENTS
from harness.records.errors import UsageError
from harness.system.lock_file import open_lock
from harness.system.lock_file import take
from harness.system.lock_file import wait_for

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
            if not take(lock):
                say(f"waiting for another run that uses the environment {name}")
                try:
                    await wait_for(lock, seconds)
                except TimeoutError:
                    raise UsageError(
                        f"{environments / name}: another run still uses it after "
                        f"{seconds:.0f} s; wait until that has ended, or name another "
                        f"folder with {ENVIRONMENTS}"
                    ) from None
        yield


def _opened(path: Path) -> TextIO:
    try:
        return open_lock(path)
    except OSError as problem:
        raise UsageError(
            f"{path.parents[1]}: cannot be used for environments: {problem.strerror}; "
            f"name another folder with {ENVIRONMENTS}"
        ) from problem
