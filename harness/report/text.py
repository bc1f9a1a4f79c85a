"""Phrases and sentences that keep foreign text apart from our own words.

Only a pen escapes foreign text, when it writes it.
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from harness.report.words import Mark


class Foreign(NamedTuple):
    """Text that this project did not write, such as a reason or a release."""

    text: str
    most: int = 400
    """Characters that are shown."""


class Name(NamedTuple):
    """A foreign name or command, shown as code where possible."""

    text: str
    most: int = 160


class WebLink(NamedTuple):
    """A link with our own words; the address is foreign."""

    words: str
    url: str


class Strong(NamedTuple):
    """Our own words, emphasized."""

    text: str


Part = str | Foreign | Name | WebLink | Strong | Mark
"""A string is our own words: it has no markup of any pen, and is not escaped. A line
break in it is a line break in a table's cell."""


class Text(NamedTuple):
    """A phrase or a sentence."""

    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        """The text without escaping."""
        return "".join(map(_raw, self.parts))


Words = int | Text | Part


def say(template: str, *values: Words) -> Text:
    """Our own words, with values in place of each ``{}``.

    A value that is a string is foreign text.
    """
    parts: list[Part] = []
    for own, value in zip(template.split("{}"), (*values, ""), strict=True):
        parts += [each for each in (own, *_parts(value)) if each != ""]
    return Text(tuple(parts))


def say_if(value: Words, template: str) -> Text:
    """Our own words around a value; empty if the value is."""
    return say(template, value) if value else Text()


def quoted(text: str, most: int = 1000) -> Text:
    """Foreign text in which words between back-quotes are code."""
    cut = f"{text[:most]}[…]" if len(text) > most else text
    parts: list[Part] = []
    *pairs, rest = re.split(r"`([^`]+)`", cut)
    for between, code in zip(pairs[::2], pairs[1::2], strict=True):
        parts += [*_spaced(between), Name(code)]
    return Text((*parts, *_spaced(rest)))


def _spaced(text: str) -> list[Part]:
    """Foreign text; the spaces around it become ours, since pens strip foreign ones."""
    if not text.strip():
        return [" "] if text else []
    start = [" "] if text[0].isspace() else []
    end = [" "] if text[-1].isspace() else []
    return [*start, Foreign(text.strip(), len(text)), *end]


def joined(separator: str, texts: Iterable[Words]) -> Text:
    """Several texts as one, with our own separator between them."""
    parts: list[Part] = []
    for text in texts:
        parts += [separator, *_parts(text)] if parts else _parts(text)
    return Text(tuple(parts))


def listed(texts: Sequence[Words]) -> Text:
    """Several texts as one: ``this, that and the other``."""
    *head, last = texts
    return say("{} and {}", joined(", ", head), last) if head else say("{}", last)


def some(texts: Sequence[Words], most: int) -> Text:
    """The first texts as one, and a count of the others: ``this, that and 2 more``."""
    more = len(texts) - most
    rest = say(" and {} more", more) if more > 0 else Text()
    return say("{}{}", joined(", ", texts[:most]), rest)


def first_few(
    texts: Sequence[Text], most: int, rest: str, *values: Words
) -> list[Text]:
    """The first few texts; ``rest`` says how many more there are: ``and {} more``."""
    more = len(texts) - most
    return [*texts[:most], *([say(rest, more, *values)] if more > 0 else [])]


def _parts(value: Words) -> tuple[Part, ...]:
    match value:
        case Text(parts):
            return parts
        case str():
            return (Foreign(value),) if value else ()
        case int():
            return (str(value),)
    return (value,)


def _raw(part: Part) -> str:
    match part:
        case str():
            return part
        case Foreign(text) | Name(text) | Strong(text):
            return text
        case WebLink(_, url):
            return url
        case Mark():
            return part.word
