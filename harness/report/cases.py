"""Makes a list of cases from findings, for formats that programs read.

A case is one cell, one change or one place: it passes, fails, or is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.declares import Places
from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.declares import Waiting
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.rules import promise_in
from harness.records.rules import WAITS
from harness.records.words import Outcome
from harness.records.words import Verdict


class Case(NamedTuple):
    """One thing that was checked."""

    group: str
    """The group that the case belongs to, such as a server."""
    name: str
    word: str
    """The result, such as ``as declared``."""
    code: str = ""
    """The id of the finding; empty if it is no finding."""
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
            name=each.name,
            word=cells[each.name].word,
            code=_code(each, cells[each.name].word),
            message=each.reason or cells[each.name].reason,
            fails=each.exit_code != 0,
            seconds=cells[each.name].seconds,
            file=each.file,
            line=each.line,
        )
        for each in result.deployments
    ]
    return [*deployments, *_remarks(result)]


def _remarks(result: CheckResult) -> Iterator[Case]:
    for each in result.deployments:
        for remark in each.remarks:
            yield Case(
                group="remark",
                name=f"{each.name}: {remark.word}",
                word=remark.word,
                code=code_of(remark.word),
                message=f"{remark.reason}; {remark.remedy}",
                left_out=remark.word is Other.PLATFORM_FEWER,
                file=remark.file,
                line=remark.line,
            )


def _code(each: CheckedDeployment, word: Outcome | Verdict) -> str:
    return code_of((promise_in(each.reason) or word) if each.reason else word)


def of_changes(changes: Changes, fatal: Collection[Change]) -> list[Case]:
    """Cases for changes since a baseline; ``fatal`` changes fail the run."""
    return [
        Case(
            group="change",
            name=each.id,
            word=each.change,
            code="" if each.expected else code_of(each.change),
            message=each.reason,
            fails=each.change in fatal and not each.expected,
        )
        for each in changes.cells
    ]


def of_places(places: Places, fails: bool) -> list[Case]:
    """Cases for places in a repository; with ``fails`` a contradiction fails."""
    return [
        Case(
            group="declares",
            name=f"{each.file}:{each.line}",
            word=Other.CONTRADICTION if each.contradicts else "declared",
            code=code_of(Other.CONTRADICTION) if each.contradicts else "",
            message=_about(each.because, each.contradicts),
            fails=fails and bool(each.contradicts),
            left_out=not each.known,
            file=each.file,
            line=each.line,
        )
        for each in places.places
    ]


def of_sendings(sendings: Sequence[Sending], fails: bool) -> list[Case]:
    """Cases for what platforms send; with ``fails`` more than the app takes fails."""
    return [
        Case(
            group="platform",
            name=f"{each.file}:{each.line}",
            word=PLATFORM.get(each.verdict, each.verdict),
            code=code_of(PLATFORM[each.verdict]) if each.verdict in PLATFORM else "",
            message="; ".join(filter(None, (each.reason, each.remedy))),
            fails=fails and each.verdict is SendVerdict.MORE,
            left_out=each.verdict in (SendVerdict.UNKNOWN, SendVerdict.FEWER),
            file=each.file,
            line=each.line,
        )
        for each in sendings
    ]


def of_waiting(waits: Sequence[Waiting]) -> list[Case]:
    """Cases for who gives up first; if it is the app, requests are lost."""
    return [
        Case(
            group="waiting",
            name=f"{each.file}:{each.line}: {each.about}",
            word=WAITS[each.about] if each.fault else each.verdict,
            code=code_of(WAITS[each.about]) if each.fault else "",
            message="; ".join(filter(None, (each.reason, each.remedy))),
            left_out=not each.fault,
            file=each.file,
            line=each.line,
        )
        for each in waits
    ]


PLATFORM = {
    SendVerdict.MORE: Other.PLATFORM_MORE,
    SendVerdict.FEWER: Other.PLATFORM_FEWER,
}
"""The findings among the verdicts on what platforms send."""


def _about(because: str, contradicts: tuple[str, ...]) -> str:
    against = f"; contradicts {', '.join(contradicts)}" if contradicts else ""
    return because + against
