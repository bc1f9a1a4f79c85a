"""Knows how each question is asked, and of which server; must not know what any of them
sees, nor judge it.

Rule: whatever goes wrong while a question is asked becomes the outcome of that question
alone, and nothing that a question raises gets past here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Collection
from typing import NamedTuple
from typing import TypeVar

import msgspec

from harness.probe.probe import Probe
from harness.probe.questions import abandoned
from harness.probe.questions import overflow
from harness.probe.questions import parallel
from harness.probe.questions import recovery
from harness.probe.questions import self_call
from harness.probe.questions import slow_clients as silent
from harness.probe.questions import waits
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.records.questions import AbandonedAsked
from harness.records.questions import AnyAsked
from harness.records.questions import OverflowAsked
from harness.records.questions import ParallelAsked
from harness.records.questions import Question
from harness.records.questions import RecoveryAsked
from harness.records.questions import SelfCallAsked
from harness.records.questions import SilentAsked
from harness.records.questions import WaitsAsked
from harness.records.words import Outcome
from harness.system.process import Ended

T = TypeVar("T")


class Unmeasured(Exception):
    """There is no measurement; carries what happened instead, and why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Asking(NamedTuple):
    """How one question is asked."""

    ask: Callable[[Servers, Terms], Awaitable[AnyAsked]]
    """Raises what ``Servers.use`` and the probe raise."""
    failed: type[AnyAsked]
    """What is seen where that went wrong: an outcome and a reason."""
    anew: bool
    """Whether it needs servers of its own: it leaves one in another state, or takes
    long. All others are asked of the one that the overlap was measured on."""


ASKING: dict[Question, Asking] = {
    Question.WAITS: Asking(waits.ask, WaitsAsked, anew=True),
    Question.PARALLEL: Asking(parallel.ask, ParallelAsked, anew=True),
    Question.SELF_CALL: Asking(self_call.ask, SelfCallAsked, anew=False),
    Question.OVERFLOW: Asking(overflow.ask, OverflowAsked, anew=True),
    Question.SILENT: Asking(silent.ask, SilentAsked, anew=True),
    Question.ABANDONED: Asking(abandoned.ask, AbandonedAsked, anew=True),
    Question.RECOVERY: Asking(recovery.ask, RecoveryAsked, anew=True),
}
"""Every question but the overlap, which is measured always and first."""


class AtHand:
    """The server that is at hand, for a question that does not disturb it."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.tail = ""

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Ask it. See ``Servers``."""
        try:
            return await ask(self._probe)
        finally:
            self.tail = self._probe.server.tail()


def cheap(ask: Collection[Question]) -> list[Question]:
    """Of what is asked, that which does not disturb a server."""
    return [each for each in ASKING if each in ask and not ASKING[each].anew]


def dear(ask: Collection[Question]) -> list[Question]:
    """Of what is asked, that which needs servers of its own."""
    return [each for each in ASKING if each in ask and ASKING[each].anew]


async def seen(question: Question, servers: Servers, terms: Terms) -> AnyAsked:
    """What was seen when a question was asked, or what went wrong."""
    begun = time.monotonic()
    asking = ASKING[question]
    outcome = Outcome.HARNESS_FAILED
    try:
        asked = await asking.ask(servers, terms)
        return msgspec.structs.replace(asked, seconds=time.monotonic() - begun)
    except Unmeasured as problem:
        outcome, reason = problem.outcome, problem.reason
    except Ended as problem:
        outcome, reason = Outcome.DIED, f"{problem} while it was asked"
    except TimeoutError:
        reason = "a wait reached its deadline"
    except OSError as problem:
        reason = f"the probe could not go on: {problem}"
    return asking.failed(
        outcome=outcome,
        reason=reason,
        log_tail=servers.tail,
        seconds=time.monotonic() - begun,
    )
