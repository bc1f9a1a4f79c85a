"""Every command of this project on a page is accepted by the command line."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import cli
from harness.cli.streams import PROGRAM

ROOT = Path(__file__).parents[3]
PAGES = [
    page
    for pattern in ("*.md", "docs/*.md", "docs/rules/*.md", "examples/**/*.md")
    for page in sorted(ROOT.glob(pattern))
]
BLOCK = re.compile(r"(?ms)^```(?:sh|console|)[^\n]*\n(.*?)^```$")
OURS = re.compile(r"(?:\$ |uvx \S+ \S+ )?flask-concurrency (?P<words>.*)")
SESSION = re.compile(r"(?:\$ )?nox (?:-f \S+ )?-s (?P<verb>\w+)(?: -- (?P<words>.*))?")
VERBS = ("probe", "track", "bisect", "site")
"""nox sessions that pass all options on to a verb."""


def commands(text: str) -> Iterator[str]:
    """Return our command lines in the blocks of a page, without the program's name."""
    for block in BLOCK.findall(text):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            line = re.split(r"\s+# |  +(?=\()", line)[0].strip()
            if "[OPTIONS]" in line:
                continue
            if found := OURS.fullmatch(line):
                yield found["words"]
            elif (found := SESSION.fullmatch(line)) and found["verb"] in VERBS:
                yield f"{found['verb']} {found['words'] or ''}".strip()


def inline(text: str) -> Iterator[str]:
    """Return those within sentences, except for a verb by itself."""
    for words in re.findall(r"(?<!`)`flask-concurrency\s+([^`]+)`(?!`)", text):
        line = " ".join(words.split())
        if not re.search(r"^(?:VERB|--|[a-z]+$)|OPTIONS|NAME|…", line):
            yield line


def shown(text: str) -> list[str]:
    """Return all command lines of ours on a page."""
    return [*commands(text), *inline(text)]


ALL = [
    pytest.param(line, id=f"{page.relative_to(ROOT)}: {line}")
    for page in PAGES
    for line in dict.fromkeys(shown(page.read_text()))
]


def test_pages_show_many_commands() -> None:
    assert len(ALL) > 60


@pytest.mark.parametrize("line", ALL)
def test_a_shown_command_is_accepted(line: str) -> None:
    words = shlex.split(line)
    with cli.verbs.make_context(PROGRAM, list(words)) as context:
        name, verb, rest = cli.verbs.resolve_command(context, words)
        assert verb, name
        verb.make_context(name, rest, parent=context)
