"""Makes a list of cases from findings, for formats that programs read.

A case is one cell, one change or one place: it passes, fails, or is left out.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.declares import Place
from harness.records.declares import Places
from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.declares import Waiting
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.rules import promise_in
from harness.records.rules import WAITS
from harness.records.words import Outcome
from harness.records.words import Verdict

CHARACTERS = 4000
"""Longest message of a case, in characters."""


class Case(NamedTuple):
    """One thing that was checked."""

    group: str
    """The group that the case belongs to, such as a server."""
    name: str
    word: str
    """The result, such as ``as declared``."""
    code: str = ""
    """The id of the finding; empty if it is not a finding."""
    message: str = ""
    fails: bool = False
    """Whether this case fails the run."""
    left_out: bool = False
    """Whether it could not be checked here, for a known reason."""
    seconds: float = 0.0
    file: str = ""
    line: int = 0


def of_report(report: Report, forbidden: Collection[Outcome | Verdict]) -> list[Case]:
    """Cases for the cells of a run; ``forbidden`` words fail it."""
    return [
        Case(
            group=f"flask-{cell.flask}.{cell.server}",
            name=cell.id,
            word=cell.word,
            code=code_of(cell.word),
            message=cell.reason,
            fails=cell.word in forbidden,
            left_out=cell.outcome is Outcome.NOT_SUPPORTED,
            seconds=cell.seconds,
        )
        for cell in report.cells
    ]


def of_check(report: Report, result: CheckResult) -> list[Case]:
    """Cases for deployments, at the lines of their settings, and for remarks."""
    cells = {cell.configuration: cell for cell in report.cells}
    deployments = [
        Case(
            group="deployment",
            name=deployment.name,
            word=cells[deployment.name].word,
            code=code_of(promise_in(deployment.reason) or cells[deployment.name].word),
            message=deployment.reason or cells[deployment.name].reason,
            fails=deployment.exit_code != 0,
            seconds=cells[deployment.name].seconds,
            file=deployment.file,
            line=deployment.line,
        )
        for deployment in result.deployments
    ]
    return [*deployments, *_remarks(result)]


def _remarks(result: CheckResult) -> Iterator[Case]:
    for deployment in result.deployments:
        for remark in deployment.remarks:
            yield Case(
                group="remark",
                name=f"{deployment.name}: {remark.word}",
                word=remark.word,
                code=code_of(remark.word),
                message=f"{remark.reason}; {remark.remedy}",
                left_out=remark.word is Other.PLATFORM_FEWER,
                file=remark.file,
                line=remark.line,
            )


def of_changes(changes: Changes, fatal: Collection[Change]) -> list[Case]:
    """Cases for changes since a baseline; ``fatal`` changes fail the run."""
    return [
        Case(
            group="change",
            name=cell.id,
            word=cell.change,
            code="" if cell.expected else code_of(cell.change),
            message=cell.reason,
            fails=cell.change in fatal and not cell.expected,
        )
        for cell in changes.cells
    ]


def of_places(places: Places, fails: bool) -> list[Case]:
    """Cases for places in a repository; with ``fails`` a contradiction fails."""
    return [
        _at(
            place,
            "declares",
            Other.CONTRADICTION if place.contradicts else "declared",
            message=_about(place.because, place.contradicts),
            fails=fails and bool(place.contradicts),
            left_out=not place.known,
        )
        for place in places.places
    ]


def of_sendings(sendings: Sequence[Sending], fails: bool) -> list[Case]:
    """Cases for what platforms send.

    With ``fails``, sending more than the app takes fails.
    """
    return [
        _at(
            sending,
            "platform",
            PLATFORM.get(sending.verdict, sending.verdict),
            message="; ".join(filter(None, (sending.reason, sending.remedy))),
            fails=fails and sending.verdict is SendVerdict.MORE,
            left_out=sending.verdict in (SendVerdict.UNKNOWN, SendVerdict.FEWER),
        )
        for sending in sendings
    ]


def of_waiting(waits: Sequence[Waiting]) -> list[Case]:
    """Cases for who gives up first on a request; if the app does, requests are lost."""
    return [
        _at(
            wait,
            "waiting",
            WAITS[wait.about] if wait.fault else wait.verdict,
            f": {wait.about}",
            message="; ".join(filter(None, (wait.reason, wait.remedy))),
            left_out=not wait.fault,
        )
        for wait in waits
    ]


def _at(
    place: Place | Sending | Waiting, group: str, word: str, more: str = "", **rest: Any
) -> Case:
    """A case named after its place in a repository."""
    name, code = f"{place.file}:{place.line}{more}", code_of(word)
    return Case(group, name, word, code, file=place.file, line=place.line, **rest)


PLATFORM = {
    SendVerdict.MORE: Other.PLATFORM_MORE,
    SendVerdict.FEWER: Other.PLATFORM_FEWER,
}
"""The findings among the verdicts on what platforms send."""


def _about(because: str, contradicts: tuple[str, ...]) -> str:
    against = f"; contradicts {', '.join(contradicts)}" if contradicts else ""
    return because + against
