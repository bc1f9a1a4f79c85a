"""The questions beside the overlap: how each is asked, and on which servers.

Whatever goes wrong while a question is asked becomes the outcome of that question
alone; ``ask`` raises nothing that a question raised.
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
from harness.probe.questions import breaks
from harness.probe.questions import events
from harness.probe.questions import http2
from harness.probe.questions import life
from harness.probe.questions import memory
from harness.probe.questions import overflow
from harness.probe.questions import parallel
from harness.probe.questions import places
from harness.probe.questions import polls
from harness.probe.questions import probes
from harness.probe.questions import recovery
from harness.probe.questions import self_call
from harness.probe.questions import slow_clients
from harness.probe.questions import sockets
from harness.probe.questions import uploads
from harness.probe.questions import waits
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.transports import NotSpoken
from harness.records.breaks import BreaksSeen
from harness.records.choices import Question
from harness.records.health import ProbesSeen
from harness.records.http2 import Http2Seen
from harness.records.life import LifeSeen
from harness.records.memory import MemorySeen
from harness.records.places import PlacesSeen
from harness.records.recovery import RecoverySeen
from harness.records.seen import AbandonedSeen
from harness.records.seen import AnySeen
from harness.records.seen import OverflowSeen
from harness.records.seen import ParallelSeen
from harness.records.seen import SelfCallSeen
from harness.records.seen import WaitsSeen
from harness.records.slow_clients import SilentSeen
from harness.records.staying import EventsSeen
from harness.records.staying import PollsSeen
from harness.records.staying import SocketsSeen
from harness.records.staying import UploadsSeen
from harness.records.words import Outcome
from harness.system.process import Ended

T = TypeVar("T")


class NotMeasured(Exception):
    """Nothing could be measured; carries the outcome and the reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Procedure(NamedTuple):
    """How one question is asked."""

    ask: Callable[[Servers, Context], Awaitable[AnySeen]]
    """Raises what ``Servers.use`` and the probe raise."""
    record: type[AnySeen]
    """The record of what was seen, or of what went wrong."""
    own_server: bool = True
    """Whether it needs servers started for it, because it changes the state of a server
    or takes long. Others are put to the server that the overlap was measured on."""


PROCEDURES: dict[Question, Procedure] = {
    Question.WAITS: Procedure(waits.ask, WaitsSeen),
    Question.PARALLEL: Procedure(parallel.ask, ParallelSeen),
    Question.SELF_CALL: Procedure(self_call.ask, SelfCallSeen, own_server=False),
    Question.OVERFLOW: Procedure(overflow.ask, OverflowSeen),
    Question.SILENT: Procedure(slow_clients.ask, SilentSeen),
    Question.ABANDONED: Procedure(abandoned.ask, AbandonedSeen),
    Question.RECOVERY: Procedure(recovery.ask, RecoverySeen),
    Question.PLACES: Procedure(places.ask, PlacesSeen),
    Question.PROBES: Procedure(probes.ask, ProbesSeen, own_server=False),
    Question.LIFE: Procedure(life.ask, LifeSeen),
    Question.MEMORY: Procedure(memory.ask, MemorySeen),
    Question.BREAKS: Procedure(breaks.ask, BreaksSeen),
    Question.UPLOADS: Procedure(uploads.ask, UploadsSeen),
    Question.EVENTS: Procedure(events.ask, EventsSeen),
    Question.SOCKETS: Procedure(sockets.ask, SocketsSeen),
    Question.POLLS: Procedure(polls.ask, PollsSeen),
    Question.HTTP2: Procedure(http2.ask, Http2Seen, own_server=False),
}
"""How to ask every question but the overlap, which is always measured first."""


class SameServer:
    """The running server, as ``Servers`` for questions that leave it as it is."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.tail = ""

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Pass the server to ``ask``. See ``Servers``."""
        try:
            return await ask(self._probe)
        finally:
            self.tail = self._probe.server.tail()


def on_same_server(questions: Collection[Question]) -> list[Question]:
    """The questions among these that can be asked of the running server."""
    return [q for q in PROCEDURES if q in questions and not PROCEDURES[q].own_server]


def on_own_server(questions: Collection[Question]) -> list[Question]:
    """The questions among these that need a freshly started server."""
    return [q for q in PROCEDURES if q in questions and PROCEDURES[q].own_server]


async def ask(question: Question, servers: Servers, context: Context) -> AnySeen:
    """Ask a question; return what was seen, or what went wrong."""
    begun = time.monotonic()
    procedure = PROCEDURES[question]
    outcome = Outcome.HARNESS_FAILED
    try:
        seen = await procedure.ask(servers, context)
        return msgspec.structs.replace(seen, seconds=time.monotonic() - begun)
    except NotMeasured as problem:
        outcome, reason = problem.outcome, problem.reason
    except NotSpoken as problem:
        outcome, reason = Outcome.NOT_SUPPORTED, str(problem)
    except Ended as problem:
        outcome, reason = Outcome.DIED, f"{problem} while it was asked"
    except TimeoutError:
        reason = "a wait reached its deadline"
    except OSError as problem:
        reason = f"the probe could not go on: {problem}"
    return procedure.record(
        outcome=outcome,
        reason=reason,
        log_tail=servers.tail,
        seconds=time.monotonic() - begun,
    )
