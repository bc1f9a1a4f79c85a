"""What a question is given: facts about the configuration, and servers.

A question reaches a server only through ``Servers.use``. The caller decides whether
that is the running server or a new one each time.
"""

from collections.abc import Awaitable
from collections.abc import Callable
from typing import NamedTuple
from typing import Protocol
from typing import TypeVar

from harness.probe.probe import Probe
from harness.records.choices import Act
from harness.records.health import HealthCheck
from harness.records.numbers import Numbers
from harness.records.numbers import sum_up
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.staying import OwnRoutes
from harness.records.steering import SteeredRound

T = TypeVar("T")


class Context(NamedTuple):
    """The facts about a configuration after its overlap has been measured."""

    declared: int | None
    """Requests at once that the configuration promises; ``None`` for no bound."""
    limit: int
    """The load offered where no bound is declared."""
    rounds: tuple[Round, ...]
    """The rounds of the overlap that were left to chance."""
    steered: tuple[SteeredRound, ...] = ()
    """The rounds in which the order of workers was chosen."""
    health: HealthCheck = HealthCheck()
    """How an orchestrator asks whether the server is alive."""
    acts: tuple[Act, ...] = tuple(Act)
    """What is done to the server when its life is watched."""
    own: OwnRoutes = OwnRoutes()
    """The app's own paths at which clients stay."""

    @property
    def load(self) -> int:
        """The declared number, or the limit where none is declared."""
        return load_of(self.declared, self.limit)

    @property
    def ceiling(self) -> int:
        """The most requests that were in the app at once; at least one."""
        return self.numbers.ceiling or 1

    @property
    def bounded(self) -> bool:
        """Whether a request was seen to wait or was turned away."""
        return bool(self.numbers.bounded)

    @property
    def numbers(self) -> Numbers:
        """The numbers that follow from all rounds."""
        return sum_up(self.rounds, self.load, self.steered)


class Servers(Protocol):
    """The servers that a question is put to."""

    tail: str
    """The end of the last server's output."""

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Call ``ask`` with a server that answers and is quiet; return what it returns.

        A server that was started for it is stopped afterwards. Raises ``NotMeasured``
        when it could not be started, and whatever ``ask`` raises.
        """
