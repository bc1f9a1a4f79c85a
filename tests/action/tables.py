"""Knows how the inputs and outputs of the action look as tables of the README; must not
know what any of them means. ``python -m tests.action.tables`` prints both.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from .runner import ROOT


def action() -> dict[str, Any]:
    """The action, as GitHub reads it."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return read


def inputs() -> str:
    """The table of inputs."""
    lines = ["| input | default | |", "| :-- | :-- | :-- |"]
    for name, each in action()["inputs"].items():
        default = f"`{each['default']}`" if each["default"] else ""
        lines.append(f"| `{name}` | {default} | {_cell(each['description'])} |")
    return "\n".join(lines)


def outputs() -> str:
    """The table of outputs."""
    lines = ["| output | |", "| :-- | :-- |"]
    for name, each in action()["outputs"].items():
        lines.append(f"| `{name}` | {_cell(each['description'])} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def in_readme(name: str) -> str:
    """What the README has between the markers of a table; empty without markers."""
    readme = (ROOT / "README.md").read_text()
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", readme, re.DOTALL)
    return found[1].strip() if found else ""


if __name__ == "__main__":
    for name, table in (("inputs", inputs()), ("outputs", outputs())):
        print(f"<!-- {name} -->\n{table}\n<!-- /{name} -->\n")
