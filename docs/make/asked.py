"""``docs/asked.md``: what people asked in public, and the answers."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from typing import Literal

import msgspec

from harness.records import toml
from harness.records.catalog import Sentence
from harness.records.words import Record

from .blocks import ROOT

PAGE = ROOT / "docs" / "asked.md"
DATA = Path(__file__).parent / "asked.toml"

HEAD = """\
# What people asked

<!-- Made of docs/make/asked.toml: nox -s docs -->

{threads} public threads from 2024 to 2026 ask {questions} questions about how many
requests a deployment handles at once. Each question has a short answer from what was
measured, a command that anyone can run, and a link to the numbers. {yes} are answered,
{partly} in part, and {no} is not."""

MARKS = {"yes": "", "partly": " *(in part)*", "no": " *(not answered)*"}


class Question(Record, frozen=True, kw_only=True):
    """One question, and how well it is answered."""

    theme: Sentence
    asks: Sentence
    answer: Sentence
    command: str
    """A command without the program's name; empty if none answers the question."""
    page: Sentence
    """A page below ``docs``, with the heading."""
    threads: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Threads, each as ``OWNER/NAME#NUMBER``."""
    answered: Literal["yes", "partly", "no"]


class Asked(Record, frozen=True, kw_only=True):
    """The file ``asked.toml``."""

    question: tuple[Question, ...]


def questions() -> tuple[Question, ...]:
    """All questions, in the order of the file."""
    return toml.read(DATA, Asked, "correct it").question


def page() -> str:
    """The page."""
    every = questions()
    counts = {how: sum(e.answered == how for e in every) for how in MARKS}
    threads = {thread for each in every for thread in each.threads}
    head = HEAD.format(threads=len(threads), questions=len(every), **counts)
    themes = itertools.groupby(every, lambda each: each.theme)
    parts = [
        "\n".join((f"## {theme}", *map(_question, several)))
        for theme, several in themes
    ]
    return "\n\n".join((head, *parts)) + "\n"


def _question(each: Question) -> str:
    lines = [
        f"\n**{each.asks}**{MARKS[each.answered]}<br>",
        f"{each.answer} [More]({each.page})<br>",
    ]
    if each.command:
        lines.append(f"`flask-concurrency {each.command}`<br>")
    lines.append("Asked in " + ", ".join(_links(each.threads)))
    return "\n".join(lines)


def _links(threads: tuple[str, ...]) -> Iterator[str]:
    for thread in threads:
        repository, _, number = thread.partition("#")
        yield f"[{thread}](https://github.com/{repository}/issues/{number})"


def save() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
