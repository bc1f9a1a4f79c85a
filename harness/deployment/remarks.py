"""Makes remarks on a deployment, which are worth knowing but fail no check.

They say what its platform sends it, what the platform's processors mean for its number,
whether a health check waits, and which places inside the app have less room than the
server.
"""

from collections.abc import Iterator
from pathlib import Path

from harness.deployment.app.hold_places import remedy_of
from harness.deployment.on_platform import remarks_on_platform
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.staying import StayNumbers
from harness.records.words import Outcome


def remarks(
    prepared: Prepared | NotPrepared, cell: CellReport, processors: int
) -> tuple[Remark, ...]:
    """All remarks on a measured deployment.

    ``processors`` are those of this machine.
    """
    if isinstance(prepared, NotPrepared) or cell.outcome is not Outcome.MEASURED:
        return ()
    return (
        *remarks_on_platform(prepared, cell, processors),
        *_health(cell),
        *(remark for found in cell.staying for remark in _staying(found)),
        *_one_connection(cell),
        *_narrow(cell),
    )


def _remark(word: Other, reason: str, remedy: str) -> Remark:
    """A remark that belongs to no line of a file."""
    return Remark(word=word, reason=reason, remedy=remedy, file="", line=0)


# -------------------------------------------------------------------- the health check


def _health(cell: CellReport) -> Iterator[Remark]:
    """A remark on a health check that waits."""
    health = cell.health
    if health is None or not health.waits:
        return
    least, most = health.after
    enough = (health.at_times or 1) - 1
    first = f"let the platform send at most {enough} at once"
    if not enough:
        first = "have more than one slot"
    yield Remark(
        word=Other.STARVED,
        reason=f"with {health.at_times} requests in the app, its health check may "
        f"wait; {health.check.then} if this lasts {least:g} to {most:g} s",
        remedy=f"{first}, or answer the check on a separate port",
        file=str(Path(health.check.file).absolute()) if health.check.file else "",
        line=health.check.line,
    )


# ------------------------------------------------------------------ clients that stay

SHUT_OUT = {
    Question.UPLOADS: (
        "slow uploads on the way",
        "put a proxy in front that reads whole bodies first, such as nginx",
    ),
    Question.EVENTS: (
        "event streams open",
        "have more slots than streams, or serve them from a separate server",
    ),
    Question.POLLS: (
        "Socket.IO clients that poll",
        "let them use WebSockets from a server with greenlets, or have more slots",
    ),
    Question.SOCKETS: (
        "WebSockets open",
        "have more slots than sockets, or serve them from a separate server",
    ),
}


def _staying(numbers: StayNumbers) -> Iterator[Remark]:
    """Remarks on clients that stay: they keep everyone else out, or get events late."""
    if numbers.shut_out_by is not None:
        what, remedy = SHUT_OUT[numbers.question]
        earlier = ""
        if numbers.waits_from:
            earlier = f"; from {numbers.waits_from} on, a request may wait"
        yield _remark(
            word=Other.SHUT_OUT,
            reason=f"with {numbers.shut_out_by} {what}, nobody else gets in{earlier}",
            remedy=remedy,
        )
    if numbers.held_back:
        yield _remark(
            word=Other.HELD_BACK,
            reason="events do not reach the client while the stream is open",
            remedy="send X-Accel-Buffering: no with the stream, or turn off "
            "buffering in the proxy in front (proxy_buffering off)",
        )


def _one_connection(cell: CellReport) -> Iterator[Remark]:
    """A remark on requests that get fewer slots because they share a connection."""
    http2 = cell.http2
    if http2 is None or not http2.fewer:
        return
    yield _remark(
        word=Other.ONE_CONNECTION,
        reason=f"on one HTTP/2 connection, {http2.one} requests are in the app at "
        f"once; on several, {http2.several} are",
        remedy="put a proxy in front that opens a connection for each request, "
        "or have one worker with all slots",
    )


def _narrow(cell: CellReport) -> Iterator[Remark]:
    """A remark on a place inside the app that admits fewer than the server does."""
    for each in cell.narrow:
        times = "" if each.always else ", by chance"
        others = f"; {each.others}" if each.others else ""
        yield _remark(
            word=Other.NARROW,
            reason=f"of {each.at_door} requests in the app at once, {each.at_place} "
            f"get to {each.place}{times}{others}",
            remedy=remedy_of(each.place),
        )
