"""Makes a page for each question other than the overlap."""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.choices import Question
from harness.records.groups import grouped
from harness.records.questions import Answer
from harness.records.report import CellReport
from harness.records.text import listed
from harness.records.words import Outcome
from harness.report import words
from harness.report.words import QUESTIONS
from harness.site.atlas import Atlas
from harness.site.atlas_cell import age
from harness.site.atlas_cell import AtlasCell
from harness.site.atlas_cell import newest
from harness.site.questions import about
from harness.site.rendering import File
from harness.site.server_pages import other_releases
from harness.site.site_context import SiteContext

MOST_ANSWERS = 3
"""Most questions that people type that are answered at the top."""


class AnswerRow(NamedTuple):
    """A configuration, and its answer."""

    cell: CellReport
    answer: Answer
    other: str
    """The configuration's releases, if they differ from those of the heading."""


class AnswerGroup(NamedTuple):
    """The configurations of a server, with the newest releases that have an answer."""

    server: str
    title: str
    rows: tuple[AnswerRow, ...]


def of_any(atlas: Atlas) -> list[Question]:
    """Questions that any cell has an answer to, in order."""
    answered = {
        answer.question for entry in atlas.entries for answer in entry.cell.answers
    }
    return [question for question in QUESTIONS if question in answered]


def pages(site: SiteContext, filters: object) -> Iterator[File]:
    """The pages of all questions that were asked."""
    for question in of_any(site.atlas):
        newest = list(_newest(site.atlas, question))
        groups, unfit = _groups(newest, question), _unfit(newest, question)
        meaning = QUESTIONS[question].meaning
        first = about(site.answered, question)[:MOST_ANSWERS]
        best = f"{first[0].asked} {first[0].answer}" if first else meaning
        yield site.page(
            "asked.html",
            f"asked/{question}.html",
            script="filter.js",
            name=f"{QUESTIONS[question].question} Flask servers compared",
            description=best,
            asked=str(question),
            words=QUESTIONS[question],
            filter=filters,
            groups=groups,
            unfit=unfit,
            first=[
                (
                    each,
                    each.written(each.question.asked).marked,
                    each.written(each.question.answer, "../").marked,
                )
                for each in first
            ],
            again=groups[0].rows[0].cell.id if groups else "",
        )


def _newest(atlas: Atlas, question: Question) -> Iterator[tuple[str, list[AtlasCell]]]:
    """The newest cell of each configuration that was asked, by server."""
    for name in atlas.servers:
        answered = [e for e in atlas.servers[name] if answer_of(e.cell, question)]
        cells = grouped(answered, lambda entry: entry.cell.configuration)
        order = [cell.configuration for cell in atlas.newest_of(name)]
        if answered:
            yield name, [newest(cells[each]) for each in order if each in cells]


def answer_of(cell: CellReport, question: Question) -> Answer | None:
    """The answer of a cell to a question, if it was asked."""
    return next(
        (answer for answer in cell.answers if answer.question is question), None
    )


def _groups(
    asked: Sequence[tuple[str, list[AtlasCell]]], question: Question
) -> list[AnswerGroup]:
    """All configurations with an answer, by server."""
    groups = []
    for name, entries in asked:
        cells = [entry.cell for entry in entries if not _reason(entry, question)]
        if cells:
            latest = max(cells, key=age)
            rows = tuple(
                AnswerRow(cell, answer, other_releases(cell, latest))
                for cell in cells
                if (answer := answer_of(cell, question))
            )
            title = f"{words.title(latest)} {latest.server_version}"
            groups.append(AnswerGroup(name, title, rows))
    return groups


def _unfit(
    asked: Sequence[tuple[str, list[AtlasCell]]], question: Question
) -> list[tuple[str, list[str]]]:
    """Reasons why a question does not apply, the commonest first, and to what."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for _, entries in asked:
        for reason, some in grouped(entries, lambda e: _reason(e, question)).items():
            if reason:
                names = listed([entry.cell.configuration for entry in some])
                reasons[reason].append(f"{words.title(some[0].cell)} {names}")
    return sorted(reasons.items(), key=lambda each: -len(each[1]))


def _reason(entry: AtlasCell, question: Question) -> str:
    """Why a question does not apply to a cell; empty if it does."""
    return next(
        (
            seen.reason
            for seen in entry.seen.asked
            if seen.question is question and seen.outcome is Outcome.NOT_SUPPORTED
        ),
        "",
    )
