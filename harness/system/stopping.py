"""Stops processes of one tree for a moment, so that others run before them.

Each is continued whatever happens: when the block ends, or after ``FORGOTTEN_SECONDS``
by the warden of the tree, even if this process was killed or stopped.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from collections.abc import Iterable

from harness.system.proc import threads_of
from harness.system.process import ProcessTree
from harness.system.schedstat import thread_state

STOPPED_SECONDS = 2.5
"""The longest time that a process is stopped at a stretch. The shortest default
heartbeat known is that of uvicorn's parent, 5 seconds."""

STOPPING_SECONDS = 1.0
"""How long a process may take until all its threads have stopped."""

FORGOTTEN_SECONDS = 4.0
"""Time after which the warden continues stopped processes. This is less than the
shortest default heartbeat known: the 5 seconds of uvicorn's parent."""

LOOK_SECONDS = 0.001
"""Seconds between two looks at whether every thread has stopped."""

AT_ONCE_SECONDS = 0.0005
"""How long to look without pause, since most stop within a tenth of that."""


class TooLong(Exception):
    """Processes have been stopped for as long as allowed."""


class CannotStop(Exception):
    """A process cannot be stopped, or did not stop; the message says which and why."""


class HasEnded(CannotStop):
    """A process that was to be stopped has ended meanwhile."""


class Stopping:
    """Keeps the processes of one tree that are stopped now."""

    def __init__(self, tree: ProcessTree, limit: asyncio.Timeout) -> None:
        self._tree = tree
        self._limit = limit
        self._since: dict[int, float] = {}
        self.longest: dict[int, float] = {}
        """The longest time that each process was stopped at a stretch, in seconds."""

    async def stop(self, processes: Iterable[int]) -> None:
        """Stop processes; return once all their threads have stopped.

        Raises ``CannotStop``.
        """
        stopping = [process for process in processes if process not in self._since]
        if stopping:
            self._tree.go_on_after(FORGOTTEN_SECONDS)
        for each in stopping:
            try:
                os.kill(each, signal.SIGSTOP)
            except ProcessLookupError:
                raise HasEnded(f"process {each} has ended meanwhile") from None
            except OSError as problem:
                words = f"process {each} cannot be stopped: {problem.strerror}"
                raise CannotStop(words) from None
            self._since[each] = time.monotonic()
        begun = time.monotonic()
        while not all(map(is_stopped, stopping)):
            seconds = time.monotonic() - begun
            if seconds > STOPPING_SECONDS:
                raise CannotStop(f"not all of the processes {stopping} did stop")
            if seconds < AT_ONCE_SECONDS:
                os.sched_yield()
            else:
                await asyncio.sleep(LOOK_SECONDS)

    def go_on(self, processes: Iterable[int]) -> None:
        """Continue processes that are stopped."""
        for process in processes:
            if (since := self._since.pop(process, None)) is not None:
                with contextlib.suppress(OSError):  # it has ended
                    os.kill(process, signal.SIGCONT)
                seconds = time.monotonic() - since
                self.longest[process] = max(seconds, self.longest.get(process, 0.0))
        if not self._since:
            self._tree.go_on_after(0)

    def all_go_on(self) -> None:
        """Continue all stopped processes."""
        self.go_on(list(self._since))

    def begin_anew(self) -> None:
        """Restart the allowance of ``STOPPED_SECONDS``, as all have run meanwhile."""
        self._limit.reschedule(asyncio.get_running_loop().time() + STOPPED_SECONDS)


@contextlib.asynccontextmanager
async def stopping(tree: ProcessTree) -> AsyncIterator[Stopping]:
    """A block in which processes of a tree can be stopped; all go on when it ends.

    It ends after ``STOPPED_SECONDS``. Raises ``TooLong`` then.
    """
    limit = asyncio.timeout(STOPPED_SECONDS)
    stopped = Stopping(tree, limit)
    try:
        async with limit:
            yield stopped
    except TimeoutError:
        if not limit.expired():
            raise
        raise TooLong from None
    finally:
        stopped.all_go_on()


def is_stopped(process: int) -> bool:
    """Whether all threads of a process have stopped; also when it has ended."""
    states = {thread_state(process, thread) for thread in threads_of(process)}
    return states <= {b"T", b"Z", b"X", b""}


def may_stop(process: int) -> bool:
    """Whether this user may send signals to a process."""
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
