"""Keeps two runs from using the same environment, if they share its folder."""

import contextlib
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from harness.environments.folder import ENVIRONMENTS
from harness.records.errors import UsageError
from harness.system.lock_file import locked

LOCKS = ".locks"


@contextlib.asynccontextmanager
async def occupied(
    environments: Path,
    names: Iterable[str],
    say: Callable[[str], None],
    seconds: float,
) -> AsyncIterator[None]:
    """Keep other runs out of these environments until the block ends.

    It waits while another run fills or uses one of them, and says so once. All runs ask
    for environments in the same order, so that no two wait for each other. Raises
    ``UsageError`` if the other run has not ended after ``seconds``, or if the folder
    cannot be written to.
    """
    with contextlib.ExitStack() as held:
        for name in sorted(names):
            words = f"waiting for another run that uses the environment {name}"
            try:
                lock = await locked(
                    environments / LOCKS / name, seconds, partial(say, words)
                )
            except TimeoutError:
                raise UsageError(
                    f"{environments / name}: another run still uses it after "
                    f"{seconds:.0f} s; wait until that has ended, or name another "
                    f"folder with {ENVIRONMENTS}"
                ) from None
            except OSError as problem:
                raise UsageError(
                    f"{environments}: cannot be used for environments: "
                    f"{problem.strerror}; name another folder with {ENVIRONMENTS}"
                ) from None
            held.enter_context(lock)
        yield
