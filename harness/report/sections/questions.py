"""The section on other questions: what was seen, and what that means.

Rows are configurations as in the matrix, columns are questions. If releases give
different answers, each is shown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from operator import itemgetter
from typing import NamedTuple

from harness.records.choices import Question
from harness.records.groups import grouped
from harness.records.questions import Answer
from harness.records.text import plural
from harness.records.text import span
from harness.report.document import Block
from harness.report.document import Column
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import RowGroup
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.sections.matrix_cells import Beside
from harness.report.text import first_few
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.words import QUESTIONS

IN_LINES = "the other questions in short"

MOST_SENTENCES = 8
"""Most sentences about one question; if there are more, a table has all answers."""

MOST_ROWS = 40
"""Most configurations that one sentence names."""


def section(grid: Grid) -> Section:
    """A sentence for each behaviour, and a table.

    The table is for questions with too many different answers for sentences.
    """
    questions = _asked(grid)
    many = [
        question
        for question in questions
        if len(_sentences(grid, question)) > MOST_SENTENCES
    ]
    return Section.of(
        "the other questions",
        say("The other questions: {}", joined(", ", questions)),
        *_meanings(grid, questions),
        *([_table(grid, many)] if many else []),
        worth=Worth.FOLDED,
    )


# ----------------------------------------------------------------- beside the matrix


def beside(grid: Grid) -> list[Beside]:
    """A column for each question.

    None if a row has answers of several releases, or if there is only one row, for
    which lines are clearer.
    """
    if len(grid.columns) > 1 or len(grid.rows) < 2:
        return []
    return [
        Beside(
            say("{}", each),
            say("{}: {}", Strong(each), _begin(QUESTIONS[each].question)),
            partial(_answer, question=each, grid=grid),
        )
        for each in _asked(grid)
    ]


def in_lines(grid: Grid) -> Section:
    """A line for each question that has no column."""
    texts = [] if beside(grid) else [_line(each, grid) for each in _asked(grid)]
    return Section.of(IN_LINES, "", *map(Paragraph, texts))


def _line(question: Question, grid: Grid) -> Text:
    """The answer of the only row, or each answer with its rows or cells."""
    answers = _in_rows(question, grid)
    kinds = grouped(answers, lambda pair: re.sub(r"\d+", "n", pair[1]))
    head = say("{} ({})", Strong(QUESTIONS[question].question), question)
    if len(grid.rows) == len(kinds) == 1:
        (pairs,) = kinds.values()
        return say("{} {}", head, pairs[0][1])
    most_first = sorted(kinds.items(), key=lambda pair: -len(pair[1]))
    return say("{} {}", head, joined("; ", (_kind(*each) for each in most_first)))


def _in_rows(question: Question, grid: Grid) -> Iterator[tuple[str, str]]:
    """Each answer with its row, and with its release if releases differ."""
    for row in grid.rows:
        answers = [(r, each.answer) for r, each in _by_release(row, question, grid)]
        alike = len({answer for _, answer in answers}) == 1
        for release, answer in answers:
            where = row.label if alike else f"{row.label} on {grid.axis} {release}"
            yield where, answer


def _kind(kind: str, cells: Sequence[tuple[str, str]]) -> Text:
    """An answer, with its numbers if all of its cells have the same."""
    places, answers = map(set, zip(*cells, strict=True))
    shown = answers.pop() if len(answers) == 1 else kind
    if len(places) == 1:
        return say("“{}”: {}", shown, Name(places.pop()))
    return say("“{}”: {}", shown, plural(len(cells), "cell"))


def _asked(grid: Grid) -> list[Question]:
    cells = [cell for row in grid.rows for cell in row.cells if cell]
    answered = {answer.question for cell in cells for answer in cell.answers}
    return [question for question in QUESTIONS if question in answered]


def _begin(question: str) -> str:
    return question[0].lower() + question[1:]


# ------------------------------------------------------------------------- the table


def _table(grid: Grid, questions: Sequence[Question]) -> Table:
    groups = []
    for server, rows in grid.groups().items():
        answered = (
            (
                say("{}", Name(row.label)),
                *(_answer(row, question, grid) for question in questions),
            )
            for row in rows
        )
        lines = tuple(line for line in answered if any(line[1:]))
        if lines:
            groups.append(RowGroup(lines, say("{}", server)))
    columns = (Column(Text()), *(Column(say("{}", question)) for question in questions))
    return Table(columns, tuple(groups))


def _answer(row: GridRow, question: Question, grid: Grid) -> Text:
    """The answer, or one for each release if they differ."""
    answers = [(r, each.answer) for r, each in _by_release(row, question, grid)]
    spans = [
        (answer, [release for release, _ in span])
        for answer, span in groupby(answers, key=itemgetter(1))
    ]
    if len(spans) < 2:
        return joined("", (answer for answer, _ in spans))
    return joined(", ", (say("{} on {}", a, _span(grid, span)) for a, span in spans))


def _by_release(
    row: GridRow, question: Question, grid: Grid
) -> Iterator[tuple[str, Answer]]:
    """The answers of a row to a question, each with its release."""
    for release, cell in zip(grid.columns, row.cells, strict=True):
        for answer in cell.answers if cell else ():
            if answer.question is question:
                yield release, answer


def _span(grid: Grid, releases: Sequence[str]) -> str:
    return f"{grid.axis} {span(releases)}"


# ---------------------------------------------------------------------- the sentences


class RowPart(NamedTuple):
    """A row of the matrix, or some of its releases."""

    server: str
    label: str
    releases: str
    """The releases, such as ``Flask 0.12.5``; empty for the whole row."""


def _meanings(grid: Grid, questions: Iterable[Question]) -> Iterator[Block]:
    for question in questions:
        words = QUESTIONS[question]
        head = Strong(words.question), question
        yield Paragraph(say("{} ({}) {}", *head, words.meaning))
        sentences = _sentences(grid, question)
        texts = [say("{}: {}", _where(parts), text) for text, parts in sentences]
        shown = first_few(texts, MOST_SENTENCES, "and {} more, in the table")
        yield Items(tuple(map(Item, shown)))


def _sentences(grid: Grid, question: Question) -> list[tuple[str, list[RowPart]]]:
    """Each sentence once, with its rows; the one with most rows first."""
    rows_of: dict[str, list[RowPart]] = defaultdict(list)
    for row in grid.rows:
        answers = _by_release(row, question, grid)
        alike = grouped(answers, lambda answer: answer[1].sentence)
        for sentence, several in alike.items():
            releases = [release for release, _ in several]
            which = _span(grid, releases) if len(alike) > 1 else ""
            rows_of[sentence].append(RowPart(row.server, row.label, which))
    return sorted(rows_of.items(), key=lambda pair: -len(pair[1]))


def _where(parts: Sequence[RowPart]) -> Text:
    """The rows that a sentence applies to, by server."""
    named = [
        say("{} {}", server, joined(", ", map(_part, several)))
        for server, several in grouped(parts[:MOST_ROWS], attrgetter("server")).items()
    ]
    more = len(parts) - MOST_ROWS
    rest = say(" and {} more", more) if more > 0 else Text()
    return say("{}{}", joined("; ", named), rest)


def _part(part: RowPart) -> Text:
    label = Name(part.label)
    return say("{} on {}", label, part.releases) if part.releases else say("{}", label)
