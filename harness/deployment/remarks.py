"""What is worth knowing of a deployment beside its number, and fails no check.

What its platform sends it, what its processors come to there, whether a health check
waits, and where in the app there is less room than at its door.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declares.count import CommandContext
from harness.deployment.declares.count import count
from harness.deployment.declares.patience import patience
from harness.deployment.declares.sendings import limit_of
from harness.deployment.declares.waiting import judgements
from harness.deployment.places import remedy_of
from harness.deployment.platform import platform_of
from harness.deployment.platforms.instance import Instance
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.judge.platform import judge_platform
from harness.judge.platform import Takes
from harness.records.choices import Question
from harness.records.declares import SendVerdict
from harness.records.report import CellReport
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.rules import WAITS
from harness.records.staying import StayNumbers
from harness.records.text import plural
from harness.records.words import Outcome

WORDS = {
    SendVerdict.MORE: Other.PLATFORM_MORE,
    SendVerdict.FEWER: Other.PLATFORM_FEWER,
}


def remarks(
    prepared: Prepared | NotPrepared, cell: CellReport, processors: int
) -> tuple[Remark, ...]:
    """What is worth knowing of a deployment that was measured.

    ``processors`` are those of this machine.
    """
    if isinstance(prepared, NotPrepared) or cell.outcome is not Outcome.MEASURED:
        return ()
    found = platform_of(prepared.deployment, prepared.where.folder)
    return (
        *(_sent(*found, cell) if found else ()),
        *(_processors(*found, prepared, processors) if found else ()),
        *(_waits(*found, prepared) if found else ()),
        *_health(cell),
        *(remark for found in cell.staying for remark in _staying(found)),
        *_one_connection(cell),
        *_narrow(cell),
    )


# ------------------------------------------------------------------------ the platform


def on_paper(prepared: Prepared) -> str:
    """What the platform sends against what is declared; empty where it says nothing.

    Raises ``DeploymentFault`` about a file that was named.
    """
    found = platform_of(prepared.deployment, prepared.where.folder)
    if found is None or found[0].limit is None:
        return ""
    instance, path = found
    limit = limit_of(instance, f"{path.name}:{instance.line}")
    declared = prepared.declaration.declared
    name = prepared.deployment.name
    return judge_platform(limit, Takes(declared, declared, name)).reason


def _sent(instance: Instance, path: Path, cell: CellReport) -> Iterator[Remark]:
    """What the platform sends, against what was measured."""
    limit = limit_of(instance, f"{path.name}:{instance.line}")
    most = cell.ceiling if cell.bounded else None
    always = min(cell.floor or 0, most) if most is not None else None
    judged = judge_platform(limit, Takes(always, most, cell.configuration))
    if judged.verdict in WORDS:
        yield Remark(
            word=WORDS[judged.verdict],
            reason=judged.reason,
            remedy=judged.remedy,
            file=str(path.absolute()),
            line=instance.line,
        )


def _processors(
    instance: Instance, path: Path, prepared: Prepared, here: int
) -> Iterator[Remark]:
    """What the command comes to with other processors than those of this machine."""
    there = instance.counted_processors
    on_here = _counted(prepared, here)
    if on_here is None or on_here == _counted(prepared, here + 1):
        return
    title, size = instance.platform.title, instance.platform.size
    words = (
        f"it declares {on_here} with the {plural(here, 'processor')} of this machine"
    )
    if there is None:
        reason = f"{words}; on {title} it is not known: {size.because if size else ''}"
    elif (on_there := _counted(prepared, there)) == on_here:
        return
    else:
        reason = f"{words}, and {on_there} with {there} on {title}"
    yield Remark(
        word=Other.PROCESSORS,
        reason=reason,
        remedy="write a number in place of the processors, or set WEB_CONCURRENCY",
        file=str(path.absolute()),
        line=instance.line,
    )


def _waits(instance: Instance, path: Path, prepared: Prepared) -> Iterator[Remark]:
    """That requests are lost because the server gives up before its platform."""
    where = prepared.where
    context = CommandContext((where.folder,), dict(where.variables), 1)
    app = patience(prepared.command.words, context, prepared.deployment.name)
    for about, seen, judged in judgements(instance, app):
        if judged.fault:
            yield Remark(
                word=WAITS[about],
                reason=judged.reason,
                remedy=judged.remedy,
                file=str(path.absolute()),
                line=seen.line,
            )


def _counted(prepared: Prepared, processors: int) -> int | None:
    """What the words of the command come to; ``None`` where they do not tell."""
    words, where = prepared.command.words, prepared.where
    try:
        context = CommandContext((where.folder,), dict(where.variables), processors)
        return count(words, context).declared if server_words(words)[0] else None
    except CannotDerive:
        return None


# -------------------------------------------------------------------- the health check


def _health(cell: CellReport) -> Iterator[Remark]:
    """That a health check waits, if it does."""
    found = cell.health
    if found is None or not found.waits:
        return
    least, most = found.after
    enough = (found.at_times or 1) - 1
    first = f"let the platform send at most {enough} at once"
    if not enough:
        first = "have more than one place"
    yield Remark(
        word=Other.STARVED,
        reason=f"with {found.at_times} requests in the app its health check may wait; "
        f"{found.check.then} when that lasts {least:g} to {most:g} s",
        remedy=f"{first}, or answer the check on a port of its own",
        file=str(Path(found.check.file).absolute()) if found.check.file else "",
        line=found.check.line,
    )


# ------------------------------------------------------------------ clients that stay

SHUT_OUT = {
    Question.UPLOADS: (
        "slow uploads on the way",
        "let a proxy that reads whole bodies first stand in front, such as nginx",
    ),
    Question.EVENTS: (
        "event streams open",
        "have more places than streams, or serve them from a server of their own",
    ),
    Question.POLLS: (
        "Socket.IO clients that poll",
        "let them use WebSockets from a server with greenlets, or have more places",
    ),
    Question.SOCKETS: (
        "WebSockets open",
        "have more places than sockets, or serve them from a server of their own",
    ),
}


def _staying(found: StayNumbers) -> Iterator[Remark]:
    """That clients that stay keep everyone else out, or get their events late."""
    if found.shut_out_by is not None:
        what, remedy = SHUT_OUT[found.question]
        earlier = ""
        if found.waits_from:
            earlier = f", and from {found.waits_from} on a request may wait"
        yield Remark(
            word=Other.SHUT_OUT,
            reason=f"with {found.shut_out_by} {what} nobody else gets in{earlier}",
            remedy=remedy,
            file="",
            line=0,
        )
    if found.held_back:
        yield Remark(
            word=Other.HELD_BACK,
            reason="events do not reach the client while their stream lasts",
            remedy="send X-Accel-Buffering: no with the stream, or do not buffer it "
            "where a proxy stands in front (proxy_buffering off)",
            file="",
            line=0,
        )


def _one_connection(cell: CellReport) -> Iterator[Remark]:
    """That requests which share a connection get fewer places, if they do."""
    found = cell.http2
    if found is None or not found.fewer:
        return
    yield Remark(
        word=Other.ONE_CONNECTION,
        reason=f"on one HTTP/2 connection {found.one} requests are in the app at once, "
        f"and {found.several} on several",
        remedy="let a proxy that opens a connection for each request stand in front, "
        "or have one worker with all places",
        file="",
        line=0,
    )


# ----------------------------------------------------------------------- inside the app


def _narrow(cell: CellReport) -> Iterator[Remark]:
    """That there is less room at a place inside the app than at its door."""
    for each in cell.narrow:
        times = "" if each.always else ", as chance has it"
        others = f"; {each.others}" if each.others else ""
        yield Remark(
            word=Other.NARROW,
            reason=f"of {each.at_door} requests in the app at once {each.at_place} get "
            f"to {each.place}{times}{others}",
            remedy=remedy_of(each.place),
            file="",
            line=0,
        )
