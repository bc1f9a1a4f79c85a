"""Wakes tasks that wait for a request to change."""

import asyncio


class Moves:
    """Announces changes of requests by futures: a round has hundreds of changes."""

    def __init__(self) -> None:
        self._awaited: set[asyncio.Future[None]] = set()

    def happened(self) -> None:
        """Wake all who wait now."""
        for waiting in self._awaited:
            if not waiting.done():
                waiting.set_result(None)
        self._awaited.clear()

    def next(self) -> asyncio.Future[None]:
        """A future that is done after the next change."""
        waiting = asyncio.get_running_loop().create_future()
        self._awaited.add(waiting)
        return waiting
