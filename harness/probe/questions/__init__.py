"""The questions other than the overlap: how each is asked, and on which servers.

Whatever goes wrong while a question is asked becomes the outcome of that question
alone; ``ask`` raises no error of a question.
"""

import time
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Collection
from typing import TypeVar

import msgspec

from harness.probe.probe import Probe
from harness.probe.processor_time import CannotTell
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
from harness.records.choices import Question
from harness.records.seen import AnySeen
from harness.records.seen import RECORDS
from harness.records.words import Outcome
from harness.system.footprint import NotCounted
from harness.system.process import Ended

T = TypeVar("T")


class NotMeasured(Exception):
    """Nothing could be measured; carries the outcome and the reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


Ask = Callable[[Servers, Context], Awaitable[AnySeen]]
"""Asks a question. Raises what ``Servers.use`` and the probe raise."""


def _of_one(ask: Callable[[Probe, Context], Awaitable[AnySeen]]) -> Ask:
    """Make a question of a function that needs just one server."""

    async def asked(servers: Servers, context: Context) -> AnySeen:
        return await servers.use(lambda probe: ask(probe, context))

    return asked


PROCEDURES: dict[Question, Ask] = {
    Question.WAITS: waits.ask,
    Question.PARALLEL: _of_one(parallel.ask),
    Question.SELF_CALL: _of_one(self_call.ask),
    Question.OVERFLOW: _of_one(overflow.ask),
    Question.SILENT: slow_clients.ask,
    Question.ABANDONED: _of_one(abandoned.ask),
    Question.RECOVERY: recovery.ask,
    Question.PLACES: _of_one(places.ask),
    Question.PROBES: _of_one(probes.ask),
    Question.LIFE: life.ask,
    Question.MEMORY: _of_one(memory.ask),
    Question.BREAKS: breaks.ask,
    Question.UPLOADS: _of_one(uploads.ask),
    Question.EVENTS: _of_one(events.ask),
    Question.SOCKETS: _of_one(sockets.ask),
    Question.POLLS: _of_one(polls.ask),
    Question.HTTP2: _of_one(http2.ask),
}
"""How to ask every question but the overlap, which is always measured first."""

HARMLESS = frozenset({Question.SELF_CALL, Question.PROBES, Question.HTTP2})
"""Questions that are put to the server that the overlap was measured on. Others need
servers started for them, because they change the state of a server or take long."""


class SameServer:
    """The running server, as ``Servers`` for questions that do not change its state."""

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
    """The questions that are put to the server that is already running."""
    return [q for q in PROCEDURES if q in questions and q in HARMLESS]


def on_own_server(questions: Collection[Question]) -> list[Question]:
    """The questions that need a freshly started server."""
    return [q for q in PROCEDURES if q in questions and q not in HARMLESS]


async def ask(question: Question, servers: Servers, context: Context) -> AnySeen:
    """Ask a question; return what was seen, or what went wrong."""
    begun = time.monotonic()
    outcome = Outcome.HARNESS_FAILED
    try:
        seen = await PROCEDURES[question](servers, context)
        return msgspec.structs.replace(seen, seconds=time.monotonic() - begun)
    except NotMeasured as problem:
        outcome, reason = problem.outcome, problem.reason
    except (NotSpoken, CannotTell, NotCounted) as problem:
        outcome, reason = Outcome.NOT_SUPPORTED, str(problem)
    except Ended as problem:
        outcome, reason = Outcome.DIED, f"{problem} while it was asked"
    except TimeoutError:
        reason = "a wait reached its deadline"
    except OSError as problem:
        reason = f"the probe could not go on: {problem}"
    return RECORDS[question](
        outcome=outcome,
        reason=reason,
        log_tail=servers.tail,
        seconds=time.monotonic() - begun,
    )
