"""Knows what a question is given to ask with; must not know any question.

Rule: a question gets to servers only through ``Servers.use``. Whether that is the one
at hand or one that is started anew each time is decided by who asks it (``asking``).
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from typing import NamedTuple
from typing import Protocol
from typing import TypeVar

from harness.probe.probe import Probe
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.rounds import sum_up

T = TypeVar("T")


class Terms(NamedTuple):
    """What is known of a configuration when a further question is asked."""

    declared: int | None
    """Requests at once that it promises; ``None`` for no bound."""
    limit: int
    """How far what has no bound is tried."""
    rounds: tuple[Round, ...]
    """Those of the overlap."""

    @property
    def load(self) -> int:
        """The declared number, or the limit where none is declared."""
        return load_of(self.declared, self.limit)

    @property
    def ceiling(self) -> int:
        """The most that were in the app at once; at least one."""
        return sum_up(self.rounds, self.load).ceiling or 1

    @property
    def bounded(self) -> bool:
        """Whether some request was seen to wait, or was turned away."""
        return bool(sum_up(self.rounds, self.load).bounded)


class Servers(Protocol):
    """Where a question gets a server from."""

    tail: str
    """The end of what the last one printed."""

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Ask something of a server that answers and is quiet; what that came to.

        A server that was started for it is stopped afterwards. Raises ``Unmeasured``
        when it could not be started, and whatever ``ask`` raises.
        """
