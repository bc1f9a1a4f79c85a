"""Reads YAML, JSON and TOML files as trees whose nodes know their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_STEP = re.compile(r"""\"([^"]+)\"|([^."]+)""")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*)\s*=""")


class NotReadable(Exception):
    """A file is not valid in its format; the message says why."""


class Node(NamedTuple):
    """A value in a file: a text, a mapping or a list."""

    value: str | dict[str, Node] | list[Node]
    line: int

    @property
    def text(self) -> str:
        """A plain value; empty for a mapping or a list."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> dict[str, Node]:
        """The entries of a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def list(self) -> list[Node]:
        """The items of a list."""
        return self.value if isinstance(self.value, list) else []


class Found(NamedTuple):
    """A node and its name in the parent node."""

    name: str
    node: Node


def find(node: Node, steps: str) -> list[Found]:
    """The nodes at a place, such as ``spec.containers.*.env``.

    A name with a dot in it stands between quotes.
    """
    nodes = [Found("", node)]
    for step in (quoted or plain for quoted, plain in _STEP.findall(steps)):
        nodes = [inner for each in nodes for inner in _step(each, step)]
    return nodes


def text_at(node: Node, steps: str) -> str:
    """The plain value at a place; empty if there is none."""
    nodes = find(node, steps) if steps else []
    return nodes[0].node.text if nodes else ""


def _step(found: Found, step: str) -> Iterator[Found]:
    name, node = found
    if step == "*":
        yield from (Found(key, each) for key, each in node.items.items())
        yield from (Found(named(each), each) for each in node.list)
    elif step in node.items:
        yield Found(name, node.items[step])
    elif step.isdecimal() and int(step) < len(node.list):
        item = node.list[int(step)]
        yield Found(named(item) or name, item)


def named(node: Node) -> str:
    """The ``name`` of an item of a list."""
    return next((node.items[e].text for e in ("name", "Name") if e in node.items), "")


def readable(read: Callable[[str], list[Node]], text: str) -> list[Node]:
    """The documents of a file; none where it is not valid."""
    try:
        return read(text)
    except NotReadable:
        return []


# ------------------------------------------------------------------------------ YAML


def from_yaml(text: str) -> list[Node]:
    """The documents of a file of YAML or JSON. Raises ``NotReadable``."""
    import yaml  # imported late, since it is slow

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        roots = [root for root in yaml.compose_all(text, Loader=loader)]
        made: dict[int, Node] = {}
        return [_of_yaml(root, made) for root in roots]
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        words = getattr(problem, "problem", "") or "it is broken"
        raise NotReadable(f"it is not YAML{where}: {words}") from None
    except RecursionError:
        raise NotReadable("it is nested too deep") from None


def _of_yaml(node: Any, made: dict[int, Node]) -> Node:
    """A YAML node; one that several aliases name is made once."""
    if id(node) in made:
        return made[id(node)]
    line = node.start_mark.line + 1
    value: str | dict[str, Node] | list[Node]
    if node.id == "mapping":
        value = {}
        for key, inner in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                several = inner.value if inner.id == "sequence" else [inner]
                for each in several:
                    value = {**_of_yaml(each, made).items, **value}
            elif key.id == "scalar":
                # Readers look for the line of the key.
                entry = _of_yaml(inner, made)
                value[key.value] = Node(entry.value, key.start_mark.line + 1)
    elif node.id == "sequence":
        value = [_of_yaml(each, made) for each in node.value]
    else:
        null = node.tag == "tag:yaml.org,2002:null"
        value = "" if null else str(node.value)
    made[id(node)] = Node(value, line)
    return made[id(node)]


# ------------------------------------------------------------------------------ TOML


def from_toml(text: str) -> list[Node]:
    """The one document of a file of TOML. Raises ``NotReadable``."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NotReadable(f"it is not TOML: {problem}") from None
    return [_of_toml(tables, (), dict(_toml_lines(text)), 1)]


def _toml_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line of each table and each key."""
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _indexed(_parts(header[2]), counts, several=header[1] == "[[")
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_parts(key[1])), number


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _indexed(
    parts: tuple[str, ...], counts: dict[tuple[str, ...], int], *, several: bool
) -> tuple[str, ...]:
    """The place of a table, with a number in each list of tables that it is in."""
    place: tuple[str, ...] = ()
    for number, part in enumerate(parts, start=1):
        place = (*place, part)
        if several and number == len(parts):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, str(counts[place]))
    return place


def _of_toml(
    value: Any, place: tuple[str, ...], lines: Mapping[tuple[str, ...], int], line: int
) -> Node:
    line = lines.get(place, line)
    if isinstance(value, dict):
        inner = {k: _of_toml(v, (*place, k), lines, line) for k, v in value.items()}
        return Node(inner, line)
    if isinstance(value, list):
        return Node(
            [_of_toml(v, (*place, str(n)), lines, line) for n, v in enumerate(value)],
            line,
        )
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Node(text, line)
