"""Knows how a report looks as GitHub's job summary; must not compute anything in it.

What was not written by this project is escaped on its way in, by ``escape``. GitHub
drops a summary that is too large as a whole, so parts are left out here until it fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from harness.records.changes import Changes
from harness.records.questions import Question
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import chart
from harness.report import words as legend
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.sections import claims
from harness.report.sections import details as folded
from harness.report.sections import matrix
from harness.report.sections import questions
from harness.report.sections import releases
from harness.report.sections.details import item
from harness.report.sections.matrix import Grid
from harness.report.sections.matrix import Note
from harness.report.sections.summary import answer
from harness.report.sections.summary import counts

MAX_BYTES = 1024 * 1024
"""What GitHub takes for the summary of one step."""


class Worth(IntEnum):
    """What is left out first when there is too much: the lowest."""

    FOLDED = 0
    CHART = 1
    MATRIX = 2
    KEPT = 3


class Part(NamedTuple):
    """A piece of the summary."""

    name: str
    text: str
    worth: Worth


def render(
    report: Report,
    changes: Changes,
    *,
    max_bytes: int = MAX_BYTES,
    complete: str = "report.json",
) -> str:
    """The report as GitHub-flavoured Markdown of at most ``max_bytes`` (UTF-8).

    What had to be left out is named, and that it is to be found in ``complete``.
    """
    laid_out = matrix.grid(report)
    notes = matrix.notes(laid_out)
    parts = [
        Part("the answer", _top(report, laid_out), Worth.KEPT),
        Part("the matrix", _matrix(report, laid_out), Worth.MATRIX),
        Part("from release to release", _releases(changes), Worth.MATRIX),
        Part("the findings", _findings(notes), Worth.KEPT),
        Part("what servers tell apps", claims.section(report.cells), Worth.MATRIX),
        Part("the other questions", _questions(report, laid_out), Worth.MATRIX),
        Part("the chart", chart.ceilings(laid_out), Worth.CHART),
        *(Part(*each, Worth.FOLDED) for each in folded.sections(report, notes)),
    ]
    return _fit([part for part in parts if part.text], max_bytes, complete)


# ------------------------------------------------------------------------------ size


def _fit(parts: list[Part], max_bytes: int, complete: str) -> str:
    """Leave parts out, the least worthy and of these the largest first."""
    out: list[str] = []
    while True:
        text = "\n\n".join([*(p.text for p in parts), *_left_out(out, complete)]) + "\n"
        if _size(text) <= max_bytes:
            return text
        loose = [part for part in parts if part.worth is not Worth.KEPT]
        if not loose:
            return _cut(parts, out, max_bytes, complete)
        least = min(loose, key=lambda part: (part.worth, -_size(part.text)))
        parts.remove(least)
        out.append(least.name)


def _cut(parts: list[Part], out: list[str], max_bytes: int, complete: str) -> str:
    """Keep whole lines from the top: each is an item of its own."""
    note = "\n\n" + _left_out([*out, "the last of the findings"], complete)[0] + "\n"
    room = max_bytes - _size(note)
    kept: list[str] = []
    for line in "\n\n".join(part.text for part in parts).splitlines(keepends=True):
        room -= _size(line)
        if room < 0:
            break
        kept.append(line)
    return "".join(kept).rstrip("\n") + note


def _left_out(out: Sequence[str], complete: str) -> list[str]:
    if not out:
        return []
    names = ", ".join(out)
    return [f"_Left out, to stay within the limit: {names}. See {code(complete)}._"]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


# ------------------------------------------------------------------------------- top


def _top(report: Report, laid_out: Grid) -> str:
    paragraphs = [
        "## How many requests at the same time?",
        answer(report, laid_out),
        counts(report),
    ]
    failed = sum(cell.outcome is Outcome.HARNESS_FAILED for cell in report.cells)
    if failed:
        paragraphs.append(
            "> [!CAUTION]\n"
            f"> The instrument failed in {failed} of {len(report.cells)} cells. "
            "These have no numbers, and the reasons are below."
        )
    return "\n\n".join(paragraphs)


# ---------------------------------------------------------------------------- matrix


def _matrix(report: Report, laid_out: Grid) -> str:
    """The grid as a table, with a row above those of each server."""
    releases = [_head(laid_out.axis, release) for release in laid_out.columns]
    lines = [_row(["", *releases]), _row([":--", *["--:"] * len(releases)])]
    for server, rows in laid_out.groups().items():
        lines.append(_row([f"**{prose(server)}**", *[""] * len(releases)]))
        lines += [_row([code(row.label), *map(_cell, row.cells)]) for row in rows]
    under = f", on {prose(laid_out.under)}" if laid_out.under else ""
    said = ["", *lines, "", _legend(report, laid_out)]
    return "\n".join([f"### Requests in the app at once{under}", *said])


def _head(axis: str, release: str) -> str:
    """Where a release has a local part, that is long: it goes below."""
    return f"{prose(axis)} {prose(release).replace('+', '<br>+', 1)}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: CellReport | None) -> str:
    if cell is None:
        return ""
    shown = matrix.text(cell)
    if shown.mark is None:
        return shown.number
    number = f"**{shown.number}**<br>" if shown.number else ""
    words = " ".join(filter(None, (shown.mark.word, shown.note)))
    return f"{number}{shown.mark.badge}&nbsp;{words}"


def _legend(report: Report, laid_out: Grid) -> str:
    """How to read the cells, as far as they occur."""
    keys = {cell.word for cell in report.cells}
    said = []
    if Verdict.AS_DECLARED in keys:
        said.append("A number alone: what the configuration declares, always reached.")
    if any(map(matrix.open_ended, report.cells)):
        said.append("**≥64**: at least 64, the limit of what was tried.")
    if keys & {Verdict.UNEVEN, Verdict.FEWER}:
        said.append("**8 (≥2)**: up to 8, but at times no more than 2.")
    if laid_out.has_gaps:
        said.append("Empty: not part of this run.")
    said += [
        f"{prose(release)}: from {code(source)}."
        for release, source in matrix.sources(report).items()
    ]
    return " ".join(said)


def _releases(changes: Changes) -> str:
    return releases.render(changes.releases)


# -------------------------------------------------------------------------- findings


def _findings(notes: dict[Outcome | Verdict, list[Note]]) -> str:
    told = {key: several for key, several in notes.items() if _is_told(key)}
    if not told:
        return ""
    lines = ["### What is not as declared"]
    for key, several in told.items():
        mark = legend.MARKS[key]
        lines += ["", f"{mark.badge} **{mark.word}**: {mark.meaning}", ""]
        lines += map(item, several)
    return "\n".join(lines)


def _questions(report: Report, laid_out: Grid) -> str:
    """A table of what was asked beside the overlap, and what the answers mean."""
    asked = questions.asked(report.cells)
    if not asked:
        return ""
    lines = [_row(["", *asked]), _row([":--"] * (len(asked) + 1))]
    server = ""
    for each in questions.table(laid_out, asked):
        if each.row.server != server:
            server = each.row.server
            lines.append(_row([f"**{prose(server)}**", *[""] * len(asked)]))
        lines.append(_row([code(each.row.label), *map(prose, each.answers)]))
    said = [line for question in asked for line in _told(laid_out, question)]
    return "\n".join([f"### {questions.TITLE}", "", *lines, *said])


def _told(laid_out: Grid, question: Question) -> list[str]:
    """What one question means, and what was found, as far as there is room for it."""
    words = questions.WORDS[question]
    found = questions.told(laid_out, question)
    items = []
    for each in found[: questions.MOST_TOLD]:
        items.append(f"- {_places(each)}: {prose(each.sentence)}")
    if len(found) > questions.MOST_TOLD:
        items.append(f"- and {len(found) - questions.MOST_TOLD} more, in the report")
    head = f"**{prose(words.question)}** ({question}) {prose(words.meaning)}"
    return ["", head, "", *items]


def _places(each: questions.Told) -> str:
    """Some of the rows that a sentence is true of, by server."""
    servers, more = each.by_server()
    said = [
        f"{prose(server)} {', '.join(map(_place, places))}"
        for server, places in servers.items()
    ]
    return "; ".join(said) + (f" and {more} more" if more else "")


def _place(place: questions.Place) -> str:
    on = f" on {prose(place.releases)}" if place.releases else ""
    return f"{code(place.label)}{on}"


def _is_told(key: Outcome | Verdict) -> bool:
    """What cannot be, for a known reason, is no news: it is folded."""
    return key is not Outcome.NOT_SUPPORTED
