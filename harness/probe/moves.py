"""Wakes tasks that wait for requests to change."""

import asyncio
from collections.abc import Callable


class Moves:
    """Announces changes of requests: a round has hundreds of them.

    A task wakes only once what it waits for is reached.
    """

    def __init__(self) -> None:
        self.count = 0
        """Number of changes so far."""
        self._awaited: dict[asyncio.Future[None], Callable[[], bool]] = {}
        self._looks = False

    def happened(self) -> None:
        """Note a change. All changes of a moment wake those who wait together."""
        self.count += 1
        if self._awaited and not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        self._looks = False
        for waiting, reached in list(self._awaited.items()):
            if waiting.done() or reached():
                del self._awaited[waiting]
                if not waiting.done():
                    waiting.set_result(None)

    def until(self, reached: Callable[[], bool]) -> asyncio.Future[None]:
        """A future that is done after the first change with which it is reached."""
        waiting = asyncio.get_running_loop().create_future()
        self._awaited[waiting] = reached
        return waiting
