"""Reads the tasks of pixi, in ``pixi.toml`` or below ``tool.pixi`` of a project.

Their keys: https://pixi.prefix.dev/latest/reference/pixi_manifest/#the-tasks-table
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.shell import StartLine
from harness.deployment.platforms import values
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.deployment.repository.in_lines import in_lines

_PLACES = ("", "target.*.", "feature.*.", "feature.*.target.*.")
"""Tables that may have ``tasks`` and ``activation``."""

_ARGUMENT = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def pixi_file(path: Path, text: str) -> Iterator[StartLine]:
    """The commands of the tasks; if the file is not valid, its lines are looked at."""
    roots = readable(from_toml, text)
    if not roots:
        yield from in_lines(path, text)
    for root in roots:
        for place in _PLACES:
            yield from _tasks(root, place)


def pixi_tables(text: str) -> Iterator[StartLine]:
    """The same in a ``pyproject.toml``."""
    for root in readable(from_toml, text):
        for place in _PLACES:
            yield from _tasks(root, f"tool.pixi.{place}")


def _tasks(root: Node, place: str) -> Iterator[StartLine]:
    """The tasks of a table. Those that one ``depends-on`` are tasks themselves."""
    activated: dict[str, str] = {}
    for each in find(root, f"{place}activation.env"):
        activated |= values.variables(each.node)
    for name, task in find(root, f"{place}tasks.*"):
        command = task.items.get("cmd", task)
        line = command.text or shlex.join(word.text for word in command.list)
        if command.list and command is task:
            continue  # the names of other tasks
        line = _with_defaults(line, task)
        if cwd := text_at(task, "cwd"):
            line = f"cd {shlex.quote(cwd)} && {line}"
        given = {**activated, **values.variables(task.items.get("env"))}
        yield StartLine(command.line, f"task {name}", line, given)


def _with_defaults(line: str, task: Node) -> str:
    """The line of a task with the defaults of its arguments filled in."""
    defaults = {
        text_at(each.node, "arg"): text_at(each.node, "default")
        for each in find(task, "args.*")
    }
    return _ARGUMENT.sub(lambda match: defaults.get(match[1]) or match[0], line)
