"""Reads the questions that people type, each from a file in ``questions/``.

Numbers in an answer are never written by hand: they are those of the cells that the
file cites by a glob, with the newest releases that were measured.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated
from typing import NamedTuple

import msgspec
from markupsafe import escape
from markupsafe import Markup

from harness.records import toml
from harness.records.catalog import Page
from harness.records.catalog import Sentence
from harness.records.choices import Act
from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.words import Record
from harness.report import html
from harness.report.text import quoted
from harness.site import address
from harness.site.answer_values import NOT_ASKED
from harness.site.answer_values import value_of
from harness.site.atlas_cell import age
from harness.site.rendering import shown

FOLDER = Path(__file__).parent / "questions"

PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\.([a-z0-9-]+)\}")
"""A placeholder for a value of a cell, such as ``{gthread.number}``."""


class Topic(StrEnum):
    """The topic of a question: a heading of the list."""

    BASICS = "How many at once"
    GUNICORN = "gunicorn"
    SERVERS = "Other servers"
    WAITS = "What requests do, and what they wait for"
    FRONT = "Behind a proxy, on a platform"
    LOAD = "When all slots are taken"
    LIFE = "Restarts, reloads, the end"
    MEMORY = "Memory and other limits"


class TypedQuestion(Record, frozen=True, kw_only=True):
    """A question as people type it, and its answer."""

    asked: Sentence
    about: Topic
    """The heading below which it is listed."""
    also: tuple[Sentence, ...] = ()
    """Other words that people ask it in."""
    answer: Sentence
    """One or two sentences, with code between backticks and placeholders such as
    ``{name.number}`` for values of the cells below."""
    wrong: str = ""
    """A well-known answer, and since when it is wrong."""
    detail: tuple[Sentence, ...] = ()
    """Paragraphs."""
    links: tuple[Page, ...] = ()
    """Pages of documentation."""
    featured: int = 0
    """Its position on the front page, from 1 on; 0 if it is not there."""
    draw: bool = False
    """Whether to draw the admission curve of the first cell."""
    cells: Annotated[dict[str, Sentence], msgspec.Meta(min_length=1)]
    """Globs on ids of cells, by a short name. The newest cell that matches is cited."""


class Wording(NamedTuple):
    """A text with its placeholders filled in."""

    plain: str
    marked: Markup


class QuestionPage(NamedTuple):
    """A question, and what the atlas answers."""

    name: str
    question: TypedQuestion
    cells: Mapping[str, CellReport]
    """The existing cells that it cites, by short name."""

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"question/{self.name}.html"

    @property
    def asked(self) -> str:
        """The question as people type it, without markup."""
        return self.written(self.question.asked).plain

    @property
    def answer(self) -> str:
        """The answer without markup."""
        return self.written(self.question.answer).plain

    @property
    def missing(self) -> list[str]:
        """Globs that match no cell."""
        return [g for n, g in self.question.cells.items() if n not in self.cells]

    def written(self, text: str, root: str = "") -> Wording:
        """A text with numbers of cells; each is a link to its cell."""
        plain, marked, end = "", Markup(""), 0
        for match in PLACEHOLDER.finditer(text):
            before = text[end : match.start()]
            value = self._value(*match.groups())
            plain += before.replace("`", "") + value
            marked += _with_code(before) + self._link(match[1], value, root)
            end = match.end()
        rest = text[end:]
        return Wording(plain + rest.replace("`", ""), marked + _with_code(rest))

    def _value(self, name: str, field: str) -> str:
        cell = self.cells.get(name)
        return "?" if cell is None else str(shown(value_of(cell, field)))

    def _link(self, name: str, value: str, root: str) -> Markup:
        cell = self.cells.get(name)
        if cell is None:
            return escape(value)
        href = f"{root}{address.cell_page(cell)}"
        return Markup('<a href="{}">{}</a>').format(href, value)


def _with_code(text: str) -> Markup:
    return Markup(html.inline(quoted(text, len(text))))


def load(folder: Path = FOLDER) -> dict[str, TypedQuestion]:
    """All questions, by the names of their files. Raises ``UsageError``."""
    remedy = "restore the file"
    return {
        path.stem: toml.read(path, TypedQuestion, remedy)
        for path in sorted(folder.glob("*.toml"))
    }


def answered(
    questions: Mapping[str, TypedQuestion], cells: Sequence[CellReport]
) -> list[QuestionPage]:
    """Questions with the cells that they cite."""
    ordered = sorted(cells, key=age, reverse=True)
    return [
        QuestionPage(name, question, _cited(question, ordered))
        for name, question in questions.items()
    ]


def _cited(
    question: TypedQuestion, newest_first: Sequence[CellReport]
) -> dict[str, CellReport]:
    """The newest cell for each short name.

    Of several it is the one that has all the cited answers, since not every question
    was asked of every release.
    """
    fields: dict[str, set[str]] = defaultdict(set)
    for name, field in placeholders_in(question):
        fields[name].add(field)
    cited = {}
    for name, glob in question.cells.items():
        fit = [cell for cell in newest_first if fnmatchcase(cell.id, glob)]
        if fit:
            cited[name] = next((c for c in fit if _has(c, fields[name])), fit[0])
    return cited


def placeholders_in(question: TypedQuestion) -> Iterator[tuple[str, str]]:
    """The short names of cells and the fields in all texts of a question."""
    for text in (question.answer, question.wrong, *question.detail):
        yield from ((match[1], match[2]) for match in PLACEHOLDER.finditer(text))


def _has(cell: CellReport, fields: Iterable[str]) -> bool:
    return all(value_of(cell, field) != NOT_ASKED for field in fields)


def citing(
    pages: Iterable[QuestionPage], cited: Callable[[CellReport], bool]
) -> list[QuestionPage]:
    """Questions whose answer cites a cell; those that begin with it come first."""
    citing_pages = [page for page in pages if any(map(cited, page.cells.values()))]
    return sorted(
        citing_pages, key=lambda page: not cited(next(iter(page.cells.values())))
    )


def about(pages: Iterable[QuestionPage], question: Question) -> list[QuestionPage]:
    """Questions whose answer comes from the answer to another question."""
    return [
        page
        for page in pages
        for cited in [PLACEHOLDER.finditer(page.question.answer)]
        if not page.missing and any(is_answer_to(each[2], question) for each in cited)
    ]


def is_answer_to(field: str, question: Question) -> bool:
    """Whether a field is the answer to a question, or a number of that answer."""
    acts = tuple(f"{act}-" for act in Act)
    life = question is Question.LIFE and field.startswith(acts)
    return life or field == question or field.startswith(f"{question}-")
