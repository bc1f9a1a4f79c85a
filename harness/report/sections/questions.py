"""Knows how the answers to the other questions are laid out; must not know what any of
them is drawn with, nor how an answer came about.

A row is a configuration as in the matrix, a column a question; where releases differ in
their answer, each is told. All text is as it came: whoever draws it has to escape it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from harness.records.questions import Answer
from harness.records.questions import Question
from harness.records.report import CellReport
from harness.report.sections.matrix import Grid
from harness.report.sections.matrix import Row


class Words(NamedTuple):
    """How a question is told of."""

    question: str
    """As people ask it."""
    meaning: str
    """One sentence: what an answer means."""


WORDS: dict[Question, Words] = {
    Question.WAITS: Words(
        "Does it depend on what a request waits for?",
        "“no”: as many are in the app at once whatever they wait for. “blocking: 1”: "
        "only one when it waits in a C function, as database drivers do.",
    ),
    Question.PARALLEL: Words(
        "How many requests compute at the same time?",
        "“1”: of those that compute, and wait for nothing, one does so at a time. “4; "
        "here 2”: four would, and this machine has two processors.",
    ),
    Question.SELF_CALL: Words(
        "Can a request call its own server?",
        "“deadlock”: its call waits for ever. “Deadlock at 4”: calls are answered, but "
        "when 4 requests in the app all call at once, some or all wait for ever.",
    ),
    Question.OVERFLOW: Words(
        "What happens to requests beyond the ceiling?",
        "“129 wait, then stall”: so many have a connection and wait; the next gets no "
        "connection until there is room.",
    ),
    Question.SILENT: Words(
        "What can a slow client do?",
        "“Shut out by 4”: beside 4 clients that are slow in the worst way no request "
        "gets in; “for 5 s”: until the server frees itself. “Not by 128”: beside 128 "
        "of any kind some still got in.",
    ),
    Question.ABANDONED: Words(
        "What happens when the client gives up?",
        "What becomes of a request in the app whose client has left; and of requests "
        "that were still waiting.",
    ),
    Question.RECOVERY: Words(
        "What happens when a worker is killed, or the server is told to end?",
        "Whether another takes the place of a worker that is killed; and what becomes "
        "of requests in the app on SIGTERM.",
    ),
}
"""Every question but the overlap, which the matrix answers."""

TITLE = "The other questions"

MOST_TOLD = 8
"""Sentences about one question; the table above them has all answers."""

MOST_PLACES = 6
"""Configurations that one sentence names."""


class Answered(NamedTuple):
    """One configuration, and what its cells answered."""

    row: Row
    answers: tuple[str, ...]
    """By question."""


class Place(NamedTuple):
    """A row, or some of its releases."""

    server: str
    label: str
    releases: str
    """Such as ``Flask 0.12.5``; empty for all of the row."""


class Told(NamedTuple):
    """One sentence, and where it is true."""

    places: tuple[Place, ...]
    sentence: str

    def by_server(self) -> tuple[dict[str, list[Place]], int]:
        """Some of the places by server, and how many more there are."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places[:MOST_PLACES]:
            found[place.server].append(place)
        return found, max(0, len(self.places) - MOST_PLACES)


def asked(cells: Iterable[CellReport]) -> tuple[Question, ...]:
    """The questions that some cell has an answer to, in order."""
    found = {answer.question for cell in cells for answer in cell.answers}
    return tuple(question for question in WORDS if question in found)


def table(laid_out: Grid, questions: tuple[Question, ...]) -> list[Answered]:
    """The rows in which something was answered."""
    rows = []
    for row in laid_out.rows:
        found = tuple(_across(row, question, laid_out) for question in questions)
        if any(found):
            rows.append(Answered(row, found))
    return rows


def told(laid_out: Grid, question: Question) -> list[Told]:
    """What is said of a question, each sentence once, that of most rows first."""
    said: dict[str, list[Place]] = defaultdict(list)
    for row in laid_out.rows:
        found: dict[str, list[str]] = defaultdict(list)
        for release, answer in _answers(row, question, laid_out):
            found[answer.sentence].append(release)
        for sentence, releases in found.items():
            where = f"{laid_out.axis} {_span(releases)}" if len(found) > 1 else ""
            said[sentence].append(Place(row.server, row.label, where))
    several = [Told(tuple(places), sentence) for sentence, places in said.items()]
    return sorted(several, key=lambda each: -len(each.places))


def _answers(
    row: Row, question: Question, laid_out: Grid
) -> Iterable[tuple[str, Answer]]:
    """The answers of a row to a question, each with its release."""
    for release, cell in zip(laid_out.columns, row.cells, strict=True):
        for answer in cell.answers if cell else ():
            if answer.question is question:
                yield release, answer


def _across(row: Row, question: Question, laid_out: Grid) -> str:
    """The answer, or those of one release after the other where they differ."""
    found = [(r, answer.answer) for r, answer in _answers(row, question, laid_out)]
    spans: list[tuple[str, list[str]]] = [
        (words, [release for release, _ in span])
        for words, span in groupby(found, key=itemgetter(1))
    ]
    if len(spans) < 2:
        return "".join(words for words, _ in spans)
    return ", ".join(
        f"{words} on {laid_out.axis} {_span(releases)}" for words, releases in spans
    )


def _span(releases: list[str]) -> str:
    first, last = releases[0], releases[-1]
    return first if first == last else f"{first} to {last}"
