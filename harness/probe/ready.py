"""Waits until a started server answers.

An answer counts if it carries the token that was given to this very server. Another
program on the same port, or another server that shares it, does not know the token.
"""

import asyncio
import time
from collections.abc import Callable
from enum import Enum
from typing import Annotated
from typing import NamedTuple
from typing import TypeVar

import msgspec

from harness.probe.clients import Client
from harness.probe.hold import ProcessId
from harness.probe.messages import ClientRequest
from harness.probe.probe import Probe
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.records.evidence import Claims
from harness.system.process import ProcessTree

RETRY_SECONDS = 0.01
"""Pause between two attempts to connect while nobody listens yet."""

ERRORS_BELIEVED = 3
"""Error answers in a row after which the wait ends."""

ERROR_RETRY_SECONDS = 0.3
"""Seconds until the next try after an error answer: longer than otherwise, so that a
slow start is not taken for a broken app."""

NOT_YET = frozenset({502, 503, 504})
"""Statuses that a proxy answers for an app that does not listen yet, or an app until it
is ready. They do not count as an answer before the time is over."""


READY = ClientRequest("/ready")
"""The request that is sent to the catalog's app until it answers."""

T = TypeVar("T")


class CauseKnown(Enum):
    """How far a fault already names the cause of a failure."""

    NO = "no"
    LIKELY = "likely"
    """What the server printed may say more."""
    SURELY = "surely"
    """The fault is the cause, whatever the server printed."""


class Fault(NamedTuple):
    """What is wrong with an answer."""

    problem: str
    remedy: str = ""
    """What the user can do about it; empty if that is not known."""
    cause_known: CauseKnown = CauseKnown.NO
    not_http: str = ""
    """The beginning of the answer, escaped, if it is not HTTP."""


NO_FAULT = Fault("")


class NotAnswering(Exception):
    """The app did not answer in time; ``fault`` says what happened instead."""

    def __init__(self, fault: Fault) -> None:
        super().__init__("; ".join(filter(None, (fault.problem, fault.remedy))))
        self.fault = fault


class OutOfTime(NotAnswering):
    """Time ran out before there was an answer to believe."""


class _Ready(msgspec.Struct, frozen=True):
    token: str
    process: ProcessId
    multithread: bool | None = None
    multiprocess: bool | None = None
    boot_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0


async def send_one(
    server: ProcessTree, endpoint: Endpoint, request: ClientRequest, seconds: float
) -> Client:
    """Send one request; return it when it has ended or after ``seconds``."""
    ended = asyncio.Event()

    def changed(client: Client) -> None:
        if client.state is State.OPEN:
            client.send()
        elif client.state in ENDED:
            ended.set()

    client = Client("ready", endpoint, request, changed)
    client.open()
    try:
        await server.unless_ended(ended.wait(), seconds)
    except TimeoutError:
        pass
    finally:
        client.abort()
    return client


def read_body(client: Client, kind: type[T]) -> T | None:
    """The JSON of a response as a record; ``None`` if it is not such JSON."""
    try:
        return msgspec.json.decode(client.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def not_from_app(token: str, client: Client) -> Fault | None:
    """Why an answer is not from the app that has this token; ``None`` if it is."""
    if (problem := unanswered(client)) is not None:
        return Fault(problem, not_http=client.fault.not_http)
    ready = read_body(client, _Ready)
    if ready is None:
        return Fault(f"it answered {client.status} instead of the app's own answer")
    if client.status == 200 and ready.token == token:
        return None
    return Fault("another server answered on its port")


def take_note(probe: Probe, client: Client) -> None:
    """Store in the probe what the app reported about its process and server."""
    ready = read_body(client, _Ready)
    if ready is None:
        return
    probe.learned.answered_by = ready.process
    probe.learned.boot_seconds = ready.boot_seconds
    if ready.multithread is not None and ready.multiprocess is not None:
        claims = {"multithread": ready.multithread, "multiprocess": ready.multiprocess}
        probe.learned.claims = Claims(**claims)


def unanswered(client: Client) -> str | None:
    """Why a request has no response; ``None`` when it has one."""
    if client.state is State.REFUSED:
        return "nobody listened on its port"
    if client.state is State.GIVEN_UP:
        if not client.offered:
            return "its port did not accept a connection"
        return (
            "its answer did not end"
            if client.begun
            else "it accepted a connection and never answered"
        )
    if client.state is State.RESET:
        return (
            client.fault.problem or "its answer ended too early"
            if client.begun
            else "it closed the connection without an answer"
        )
    return None


async def wait_listening(
    server: ProcessTree, address: tuple[str, int], seconds: float
) -> None:
    """Wait until a port accepts connections.

    Used for a server behind a proxy, which would answer with errors until then. Raises
    ``NotAnswering`` after ``seconds``, and ``Ended`` when the server ends before.
    """
    deadline = time.monotonic() + seconds
    while (remaining := deadline - time.monotonic()) > 0:
        try:
            opening = asyncio.open_connection(*address)
            _, writer = await server.unless_ended(opening, remaining)
        except TimeoutError:
            break
        except OSError:
            pause = min(RETRY_SECONDS, remaining)
            await asyncio.wait((server.ended,), timeout=pause)
            continue
        writer.close()
        return
    raise NotAnswering(Fault("nobody listened on the port behind the proxy"))


async def wait_ready(
    server: ProcessTree,
    endpoint: Endpoint,
    seconds: float,
    fault_of: Callable[[Client], Fault | None],
    *,
    request: ClientRequest = READY,
    errors_believed: float = ERRORS_BELIEVED,
) -> Client:
    """Wait until the app in the server answers; return the request that it answered.

    ``fault_of`` says what is wrong with an answer, as ``not_from_app`` does. Raises
    ``OutOfTime`` after ``seconds``, ``NotAnswering`` after ``errors_believed`` errors
    in a row that are not among ``NOT_YET``, and ``Ended`` when the server ends before.
    """
    deadline = time.monotonic() + seconds
    errors = 0
    fault: Fault | None = Fault("it was not asked")
    while fault is not None:
        remaining = deadline - time.monotonic()
        if errors >= errors_believed or (errors and remaining <= 0):
            raise NotAnswering(fault)
        if remaining <= 0:
            raise OutOfTime(fault)
        client = await send_one(server, endpoint, request, remaining)
        fault = fault_of(client)
        answered = client.state is State.ANSWERED
        errors = errors + 1 if answered and client.status not in NOT_YET else 0
        if fault is not None:
            pause = ERROR_RETRY_SECONDS if answered else RETRY_SECONDS
            await asyncio.wait((server.ended,), timeout=min(pause, remaining))
    return client
