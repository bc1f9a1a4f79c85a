"""Reads the simple commands in a shell line or script, without running any."""

import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from harness.deployment.command.shell import logical_lines
from harness.deployment.sources.evaluate import arithmetic
from harness.deployment.sources.evaluate import NotLiteral
from harness.plan.wrappers import after_assignments
from harness.plan.wrappers import SHELLS
from harness.plan.wrappers import unwrapped

_COUNTED = re.compile(
    r"\$\((?:nproc(?: --all)?|getconf _NPROCESSORS_ONLN)\)|`nproc(?: --all)?`"
)
_ARITHMETIC = re.compile(r"\$\(\(((?:[^()]|\([^()]*\))*)\)\)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
_BRANCH = re.compile(r"\(?[\w.*?-]+\)")
"""The pattern of a branch of ``case``."""
_PLACE_OF_TEMPLATE = re.compile(r"\{\{-?\s*([^|\n]*?)\s*(?:\|[^\n]*?)?-?\}\}")
_QUOTED_OR_PLACE = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|\{\{[^\n]*?\}\}")
_KEYWORDS = frozenset({"then", "else", "do", "exec", "if", "!", "time", "{"})


class SimpleCommand(NamedTuple):
    """One simple command."""

    words: tuple[str, ...]
    variables: Mapping[str, str]
    """Variables that are known to be set where the command runs."""
    line: int
    """The line in its text, counted from one."""
    folder: PurePosixPath = PurePosixPath()
    """The folder that its text has changed to, from where the text begins."""


def commands(
    text: str, variables: Mapping[str, str], processors: int
) -> Iterator[SimpleCommand]:
    """The simple commands of a text, each with the variables set before it.

    A variable that is not known stays as it is written.
    """
    known, folder = dict(variables), PurePosixPath()
    lines = enumerate(_short_outside_quotes(text).splitlines(), start=1)
    for line, whole in logical_lines(lines):
        for words in _simple(filled(whole, known, processors)):
            words = [filled(word, known, processors) for word in words]
            while words and (words[0] in _KEYWORDS or _BRANCH.fullmatch(words[0])):
                words = words[1:]
            if words[:1] == ["export"]:
                words = words[1:]
            words, given = after_assignments(words)
            own = {**known, **given}
            if not words:
                known = own  # only assignments on their own persist
            elif words[0] in SHELLS and words[1:2] == ["-c"] and len(words) > 2:
                yield from (
                    command._replace(line=line, folder=folder / command.folder)
                    for command in commands(words[2], own, processors)
                )
            else:
                _, more = unwrapped(words)
                yield SimpleCommand(tuple(words), {**own, **more}, line, folder)
                if words[0] == "cd" and len(words) == 2:
                    # It is unknown where in this repository an absolute path is.
                    is_absolute = words[1].startswith("/")
                    folder = PurePosixPath() if is_absolute else folder / words[1]


def with_short_places(text: str) -> str:
    """The text with each place of a template as one word, without filters."""

    def short(match: re.Match[str]) -> str:
        return "{{" + re.sub(r"[\s\"']+", "_", match[1]) + "}}"

    return _PLACE_OF_TEMPLATE.sub(short, text)


def _short_outside_quotes(text: str) -> str:
    """The text with places of templates as one word where no quotes make them one."""

    def short(match: re.Match[str]) -> str:
        return with_short_places(match[0]) if match[0][0] == "{" else match[0]

    return _QUOTED_OR_PLACE.sub(short, text)


def filled(text: str, variables: Mapping[str, str], processors: int) -> str:
    """The text with known variables, processors and arithmetic filled in."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return variables.get(name) or match[3] or match[0]

    def computed(match: re.Match[str]) -> str:
        names = re.sub(r"(?<![\w$])[A-Za-z_]\w*", lambda m: "$" + m[0], match[1])
        try:
            return str(arithmetic(_VARIABLE.sub(value, names), processors))
        except NotLiteral:
            return match[0]

    text = _COUNTED.sub(str(processors), text)
    return _VARIABLE.sub(value, _ARITHMETIC.sub(computed, text))


def _simple(text: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|")
    # Words end at spaces and at these signs, and not at each "/", "=" or ":".
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set(";&|"):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:
        return  # a text with several lines, such as a document within a script
    yield words
