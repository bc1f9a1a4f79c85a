"""Escapes foreign text for each kind of output.

Names, reasons and output of servers may hold anything. After these functions it is
still legible, and it can neither end the row, fence or line that it is in nor pass for
something that this project says.
"""

import re
import unicodedata

from markupsafe import Markup

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # window titles, links
    r"|\x1b[@-Z\\-_]"
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of characters that are invisible or reorder others."""

_MARKDOWN = re.compile(
    r"[\\`*{}\[\]<>#!|~&$^]"
    r"|(?<![a-z0-9])_|_(?![a-z0-9])"
    r"|:(?=/)"
    r"|@"
    r"|(?<=\bwww)\.",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:[-+=]|\d(?=\d*[.)](?: |$)))")
"""Characters that begin a list or underline a heading at the start of a line."""

_SPECIAL_IN_CODE = set("`|")
"""Characters that are special even between backticks; the second ends a table cell."""

_JOINER = "&#8288;"
"""An invisible character that keeps GitHub from turning what follows into a mention."""

LONGEST = 2000
"""Most characters of a value on a page or in a picture."""


def _show(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _visible(text: str) -> str:
    """A text's lines without colours, and with invisible characters spelled out."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n").expandtabs(4).split("\n")
    return "\n".join(
        each if each.isprintable() else "".join(map(_show, each)) for each in lines
    )


def _last(text: str, characters: int) -> str:
    """A text as several lines; only the end if it is too long."""
    shown = _visible(text).strip("\n")
    return shown if len(shown) <= characters else "[…]" + shown[-characters:]


def line(text: str, *, characters: int = 400) -> str:
    """A text as one line; only the beginning if it is too long."""
    shown = " ".join(_visible(text).split())
    if len(shown) <= characters:
        return shown
    return shown[:characters] + "[…]"


def legible(text: str) -> str:
    """Text for HTML or SVG before it is escaped: one line, nothing invisible in it.

    Text marked as safe was drawn or rendered here, and stays as it is.
    """
    if isinstance(text, Markup) or (text.isprintable() and len(text) <= LONGEST):
        return text
    return line(text, characters=LONGEST)


def printable(text: str, *, characters: int = 400) -> str:
    """One line for a terminal, or for a log in which a CI runner looks for commands."""
    return _without_commands(line(text, characters=characters))


def printable_lines(text: str, *, characters: int = 4000) -> str:
    """Several lines for a terminal or a log; only the end if the text is too long."""
    return _without_commands(_last(text, characters))


def _without_commands(text: str) -> str:
    while _COMMAND.search(text):
        text = _COMMAND.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
    return text


_COMMAND = re.compile(r"::(?![0-9a-f.]{0,15}\])|(?<!\[)::|##\[", re.IGNORECASE)
"""The beginning of a command for a CI runner; not an address such as ``[::1]``."""


def _entity(match: re.Match[str]) -> str:
    reference = f"&#{ord(match[0])};"
    return reference + _JOINER if match[0] == "@" else reference


def prose(text: str, *, characters: int = 400) -> str:
    """Text for a line of Markdown, also for a cell of a table."""
    shown = _MARKDOWN.sub(_entity, line(text, characters=characters))
    return _OPENING.sub(_entity, shown)


def code(text: str, *, characters: int = 160) -> str:
    """Text as code within a line of Markdown, also in a table."""
    shown = line(text, characters=characters)
    if shown and not _SPECIAL_IN_CODE & set(shown):
        return f"`{shown}`"
    return f"<code>{prose(shown, characters=characters + 10)}</code>"


_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?[A-Za-z0-9._~/#%?=&+,;-]*")


def link(words: str, url: str) -> str:
    """Our own words as a link; an address that is not plain is printed instead."""
    return f"[{words}]({url})" if is_link(url) else code(url)


def is_link(url: str) -> bool:
    """Whether an address is plain: it can neither run code nor close an element."""
    return _LINK.fullmatch(url) is not None


def fence(text: str, language: str = "text", *, characters: int = 4000) -> str:
    """A fenced block of Markdown that nothing inside it can end."""
    shown = _last(text, characters)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}"


def mermaid(text: str, *, characters: int = 40) -> str:
    """Text for a quoted label of a Mermaid chart, with nothing special in it."""
    shown = line(text, characters=1000)
    if len(shown) > characters:
        # Both ends are kept, because similar names differ at either end.
        tail = (characters - 1) // 2
        shown = f"{shown[: characters - 1 - tail]}…{shown[len(shown) - tail :]}"
    return re.sub(r"[^A-Za-z0-9 .,'+=/_→·…-]", "_", shown)
