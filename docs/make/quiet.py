"""The tables of ``docs/quiet.md``: each limit, with its value as the code has it."""

import ast
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec

from harness.probe.quiet import Window
from harness.records import toml
from harness.records.catalog import Sentence
from harness.records.groups import grouped
from harness.records.words import Record

from . import blocks
from .blocks import replace
from .blocks import ROOT

PAGE = ROOT / "docs" / "quiet.md"
DATA = Path(__file__).parent / "quiet.toml"

MODULES = (
    *("quiet", "look", "still", "booting", "on_the_way", "watching", "sleepers"),
    *("idle_workers", "orders", "steer", "further", "bound", "probe", "yielding"),
)
"""Modules of ``harness/probe`` of which every limit has to be in the table."""

NANOSECONDS = "ns"

HEADS = ("question", "limit", "value", "when it is over", "why this value", "test")

_QUESTION = re.compile(r"(?m)^(\d+)\. \*\*(.+?)\*\*")
"""A numbered question of the page."""


class Limit(Record, frozen=True, kw_only=True):
    """One limit, and what it is for."""

    step: Annotated[int, msgspec.Meta(ge=1)]
    """The number of the paragraph of the page that it belongs to."""
    name: Annotated[str, msgspec.Meta(pattern=r"^\w+(\.\w+)*\.[A-Z_]+$")]
    """The module below ``harness/probe``, or the room and the module, and the name."""
    unit: str = "s"
    asks: Sentence
    over: Sentence
    why: Sentence
    tests: tuple[str, ...] = ()
    """Each as ``FILE::TEST``, below ``tests``."""
    any_value: bool = False
    """Whether the tests hold what happens at the limit, and pass at any value of it."""


class Limits(Record, frozen=True, kw_only=True):
    """The file ``quiet.toml``."""

    limit: tuple[Limit, ...]


def limits() -> tuple[Limit, ...]:
    """All limits, in the order of the file."""
    return toml.read(DATA, Limits, "correct it").limit


def questions() -> dict[int, str]:
    """The questions of the page, by number."""
    text = PAGE.read_text(encoding="utf-8")
    return {int(number): words for number, words in _QUESTION.findall(text)}


def tables() -> str:
    """A table for each question of the page that has limits, in their order."""
    by_step = grouped(limits(), lambda each: each.step)
    titles = questions()
    return "\n".join(
        f"### {step}. {titles[step]}\n\n{blocks.table(HEADS, map(_row, several), (2,))}"
        for step, several in by_step.items()
    )


def names_in(module: str) -> set[str]:
    """The limits that a module sets itself: numbers and windows, as ``module.NAME``."""
    found = find_spec(_path(module))
    assert found and found.origin
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    assigned = {
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id.isupper()
    }
    return {
        f"{module}.{name}"
        for name in assigned
        if type(value_of(f"{module}.{name}")) in (int, float, Window)
    }


def value_of(name: str) -> object:
    """The value that a limit has in the code."""
    module, _, constant = name.rpartition(".")
    return getattr(import_module(_path(module)), constant)


def _path(module: str) -> str:
    return f"harness.{module}" if "." in module else f"harness.probe.{module}"


def _row(each: Limit) -> tuple[str, ...]:
    files = dict.fromkeys(test.partition("::")[0] for test in each.tests)
    tests = "<br>".join(map(_link, files)) or "none"
    if each.any_value:
        tests += " (any value)"
    limit = (f"`{each.name}`", _value(each), each.over, each.why)
    return (each.asks, *limit, tests)


def _value(each: Limit) -> str:
    value = value_of(each.name)
    if isinstance(value, Window):
        return f"{value.looks} looks, {value.interval * 1000:g} ms apart"
    assert isinstance(value, int | float)
    if each.unit == NANOSECONDS:
        return f"{value / 1e6:g} ms"
    if each.unit == "s":
        return f"{value:g} s"
    return f"{value:g} {each.unit.removesuffix('s') if value == 1 else each.unit}"


def _link(file: str) -> str:
    return f"[{Path(file).name}](../tests/{file})"


def save() -> None:
    """Write the tables into the page."""
    replace(PAGE, "limits", tables())
