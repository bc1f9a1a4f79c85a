"""Puts values into English sentences.

Nothing is escaped: whatever prints the text does that.
"""

import re
from collections.abc import Sequence

MOST_OF_A_VALUE = 200
"""Most characters of a value from a file that are quoted."""


def listed(parts: Sequence[str], by: str = "and") -> str:
    """Join several things in one phrase: ``this, that and the other``."""
    *head, last = parts
    return f"{', '.join(head)} {by} {last}" if head else last


def shortened(words: str, most: int) -> str:
    """A text of at most ``most`` characters; the middle of a longer one is left out.

    Errors usually have the problem at the beginning, and its subject at the end.
    """
    if len(words) <= most:
        return words
    return f"{words[: most * 2 // 3]} … {words[-most // 3 + 3 :]}"


def plural(count: int, noun: str) -> str:
    """A number of things: ``1 cell``, ``2 cells``, ``2 processes``."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count} {noun}{'' if count == 1 else ending}"


def bound(number: int | None) -> str:
    """A declared number; ``no bound`` where none is declared."""
    return "no bound" if number is None else str(number)


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def span(several: Sequence[str]) -> str:
    """The first and the last of several things, or the only one: ``1.0 to 3.1``."""
    first, last = several[0], several[-1]
    return first if first == last else f"{first} to {last}"


def number_range(least: int, most: int) -> str:
    """A range of whole numbers: ``4``, ``7 or 8``, ``5 to 8``."""
    if least == most:
        return str(least)
    return f"{least} {'or' if most == least + 1 else 'to'} {most}"


def seconds_range(seconds: tuple[float, float]) -> str:
    """A range of times in seconds, such as ``21 to 31 s``."""
    return "{:g} to {:g} s".format(*seconds)


def file_name(text: str) -> str:
    """A text as the name of a file, which is not hidden and needs no quotes."""
    return re.sub(r"^\.|[^A-Za-z0-9._+-]", "_", text)


def without_user(url: str) -> str:
    """A URL without the user name, password or token in it, so that it can be shown."""
    return re.sub(r"(https?://)[^/@]*@", r"\1", url)
