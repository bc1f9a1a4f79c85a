"""Renders pages: templates, escaping of foreign text, the security policy.

Every value that a template prints is escaped, with invisible characters spelled out.
Only pictures that this room has drawn are printed as they are.
"""

import base64
import hashlib
import shlex
from datetime import datetime
from datetime import UTC
from functools import cache
from importlib.resources import files
from typing import Any
from typing import NamedTuple

import msgspec
from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from harness.records.report import CellReport
from harness.records.text import bound
from harness.report import words
from harness.report.escape import is_link
from harness.report.escape import legible
from harness.report.escape import printable_lines
from harness.report.html import css_class
from harness.report.sections.matrix_cells import number
from harness.site import address
from harness.site import curve
from harness.site import lanes


class File(NamedTuple):
    """A file of the site."""

    path: str
    content: bytes


def text_file(path: str, text: str) -> File:
    """A text file; characters that cannot be encoded are escaped."""
    return File(path, text.encode("utf-8", "backslashreplace"))


def shown(value: object) -> object:
    """A value as one printable line, with nothing invisible in it."""
    return legible(value) if isinstance(value, str) else value


def lines(value: str, characters: int = 6000) -> str:
    """Several lines, such as a log, for an element that keeps line breaks."""
    return Markup.escape(printable_lines(value, characters=characters))


def embedded(value: object) -> Markup:
    """JSON for an element ``script`` that is not run; nothing in it can end that."""
    plain = _all_shown(msgspec.to_builtins(value))
    text = msgspec.json.encode(plain, order="deterministic").decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _all_shown(value: object) -> object:
    """The data with every text in it made printable."""
    if isinstance(value, dict):
        return {shown(key): _all_shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_all_shown(each) for each in value]
    return shown(value)


def safe_link(url: str) -> str:
    """An address to link to; empty if it is not plain."""
    return url if is_link(url) else ""


def whole_words(text: str) -> Markup:
    """Text whose words are never broken, such as ``--threads``."""
    word = Markup('<span class="w">{}</span>')
    return Markup(" ").join(word.format(shown(each)) for each in text.split(" "))


def number_of(cell: CellReport) -> str:
    """The number of a cell, or the word for why there is none."""
    return number(cell) or str(cell.outcome)


@cache
def environment() -> Environment:
    """The templates, and what they can use."""
    made = Environment(
        loader=PackageLoader("harness.site"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        anchor=address.anchor,
        bound=bound,
        command=shlex.join,
        day=day,
        embedded=embedded,
        kind=css_class,
        lines=lines,
        mark=words.mark,
        number=number_of,
        safe_link=safe_link,
        segment=address.segment,
        title=words.title,
        whole=whole_words,
        chain=words.chain,
    )
    made.globals.update(
        cell_page=address.cell_page,
        server_page=address.server_page,
        newest_path=address.newest,
        draw_curve=curve.draw,
        draw_lanes=lanes.draw,
        lanes_left_out=lanes.left_out,
        QUESTIONS=words.QUESTIONS,
    )
    return made


@cache
def static(name: str) -> str:
    """A file of ``static``."""
    return files("harness.site").joinpath("static", name).read_text("utf-8")


def source_hash(text: str) -> str:
    """The hash by which a policy names an inline style or script."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def policy(style: str, script: str = "") -> str:
    """The security policy of a page: it loads only itself and the site's pictures."""
    allowed = [
        "default-src 'none'",
        f"style-src {source_hash(style)}",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if script:
        allowed.insert(1, f"script-src {source_hash(script)}")
    return "; ".join(allowed)


def size_of(macro: str, *values: Any) -> int:
    """The characters of a page that a macro of ``parts.html`` writes."""
    parts = environment().get_template("parts.html").module
    return len(getattr(parts, macro)(*values))


def day(time: str) -> str:
    """A moment as people write it, such as ``26 November 2026, 14:26 UTC``.

    Text that is no ISO 8601 time is returned unchanged.
    """
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return time
    if at.tzinfo is None:
        return time
    at = at.astimezone(UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
"""Their names do not depend on the language of the machine that builds the site."""


def render(
    template: str,
    path: str = "",
    script: str = "",
    card: str = "card/index.png",
    described: object = None,
    **values: Any,
) -> File:
    """A page, by default at a path like its template's; ``script`` runs on it.

    ``described`` is what the page is, for search engines, in words of
    https://schema.org; see ``harness/site/schema_org.py``.
    """
    path = path or template
    style = Markup(static("style.css"))
    code = Markup(static(script)) if script else Markup("")
    return filled(
        template,
        path,
        root=address.root_from(path),
        card=card,
        described=described,
        style=style,
        code=code,
        policy=Markup(policy(style, code)),
        **values,
    )


def filled(template: str, path: str = "", **values: Any) -> File:
    """A file made from a template, by default at a path like the template's."""
    path = path or template
    text = environment().get_template(template).render(path=path, **values)
    return text_file(path, text)
