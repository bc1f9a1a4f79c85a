"""Fills in a template of Helm with the values of its chart.

It covers only what is possible without Helm: values, the usual functions of a single
value, and conditions. Lines keep their numbers.
https://helm.sh/docs/chart_template_guide/
"""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.deployment.platforms.tree import readable
from harness.records.files import text_if_there

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_NOTHING = Node("", 0)
_ONLY_LAYOUT = frozenset(
    {"indent", "nindent", "trunc", "trimSuffix", "int", "toString"}
)
"""Functions that do not change what a value of YAML is."""


def chart_of(path: Path) -> Path | None:
    """The folder of the chart that a template is in; ``None`` if it is in none."""
    return next(
        (each.parent for each in path.parents if each.name == "templates"), None
    )


def filled_in(path: Path, text: str) -> str:
    """A template with the values of its chart. Raises ``NotReadable``."""
    chart = chart_of(path)
    values = text_if_there(chart / "values.yaml") if chart else ""
    roots = readable(from_yaml, values)
    if chart is None or not roots:
        raise NotReadable("it is a template, and there are no values for it")
    return _Template(chart.name, roots[0]).filled(text)


class _Block(NamedTuple):
    """A block of a template, which ends at its ``end``."""

    is_shown: bool
    was_shown: bool
    """Whether a branch of it has been shown."""
    dot: Node


class _Template:
    """A template of a chart, while it is filled in."""

    def __init__(self, name: str, values: Node) -> None:
        self._name = name
        self._top = Node({"Values": values}, 0)
        self._blocks = [_Block(True, True, self._top)]

    def filled(self, text: str) -> str:
        """The text with values in place of actions. Raises ``NotReadable``."""
        parts, end = [], 0
        for match in _ACTION.finditer(text):
            parts += [self._shown(text[end : match.start()]), self._act(match)]
            end = match.end()
        return "".join([*parts, self._shown(text[end:])])

    def _shown(self, text: str) -> str:
        return text if self._blocks[-1].is_shown else "\n" * text.count("\n")

    def _act(self, match: re.Match[str]) -> str:
        """Carry out an action; return what stands in its place."""
        verb, _, rest = match[1].partition(" ")
        shown, was_shown, dot = self._blocks[-1]
        if verb in ("if", "with", "define", "block", "range"):
            found = self._value(rest) if shown and verb in ("if", "with") else _NOTHING
            if shown and verb == "range":
                raise NotReadable("a template with a loop")
            holds = shown and _is_true(found)
            inner = found if verb == "with" else dot
            self._blocks.append(_Block(holds, holds or not shown, inner))
        elif verb == "else" and self._blocks[1:]:
            self._blocks.pop()
            condition = rest.removeprefix("if ")
            holds = not was_shown and (not rest or _is_true(self._value(condition)))
            outer = self._blocks[-1].dot
            self._blocks.append(_Block(holds, holds or was_shown, outer))
        elif verb == "end" and self._blocks[1:]:
            self._blocks.pop()
        elif shown and not match[1].startswith("/*"):
            return _written(self._value(match[1]))
        return "\n" * match[0].count("\n")

    def _value(self, pipeline: str) -> Node:
        """The value of a pipeline. Raises ``NotReadable``."""
        try:
            first, *more = ([*shlex.split(e, posix=False)] for e in pipeline.split("|"))
        except ValueError:
            raise NotReadable("a template with quotes that do not close") from None
        value = self._call(first)
        for words in more:
            value = self._call([*words, value])
        return value

    def _call(self, words: Sequence[str | Node]) -> Node:
        name, *given = words or [""]
        if isinstance(name, Node) or not given:
            return self._term(name)
        if name in ("include", "template", "printf"):
            return Node(self._name, 0)
        several = [self._term(each) for each in given]
        last = several[-1]
        if name in ("quote", "squote", "toYaml", "toJson"):
            return last if last.text == "" else Node(_Quoted(last.text), 0)
        if name in _ONLY_LAYOUT:
            # A piece of another template, laid out as lines of its own.
            return _NOTHING if last.text == self._name and "dent" in name else last
        if name == "default":
            return last if _is_true(last) else several[0]
        if name == "or":
            return next(filter(_is_true, several), last)
        if name == "and":
            return next((e for e in several if not _is_true(e)), last)
        if name in ("not", "eq", "ne"):
            first, *others = (str(each.value) for each in several)
            # With several, `eq` asks whether the first is any of them.
            equal = first in others
            holds = not _is_true(last) if name == "not" else equal is (name == "eq")
            return Node("true" if holds else "", 0)
        raise NotReadable(f"a template with {name}")

    def _term(self, word: str | Node) -> Node:
        """The value of one word. Raises ``NotReadable``."""
        if isinstance(word, Node):
            return word
        if re.match(r"\$?\.(?:Release|Chart)\.", word):
            return Node(self._name, 0)
        if re.fullmatch(r"\$?\.(?:[\w-]+(?:\.[\w-]+)*)?", word):
            node = self._top if word[0] == "$" else self._blocks[-1].dot
            for step in filter(None, word.lstrip("$").split(".")):
                node = node.items.get(step, _NOTHING)
            return node
        if re.fullmatch(r"\"[^\"]*\"|'[^']*'|`[^`]*`|[\w-]+", word):
            return Node(word.strip("\"'`"), 0)
        raise NotReadable(f"a template with {word}")


class _Quoted(str):
    """A text that is written between quotes."""


def _is_true(node: Node) -> bool:
    return bool(node.value) and node.value not in ("false", "0")


def _written(node: Node) -> str:
    """A value as YAML in one line."""
    return node.value if type(node.value) is str else json.dumps(_plain(node))


def _plain(node: Node) -> object:
    if isinstance(node.value, dict):
        return {name: _plain(each) for name, each in node.items.items()}
    return [_plain(each) for each in node.list] if node.list else node.value
