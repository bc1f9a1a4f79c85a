"""The inputs and outputs of the action, as tables for the README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ACTION = Path(__file__).parents[2] / "action.yml"


def action() -> dict[str, Any]:
    """The action, as GitHub reads it."""
    read: dict[str, Any] = yaml.safe_load(ACTION.read_text())
    return read


def inputs() -> str:
    """The table of inputs."""
    lines = ["| input | default | |", "| :-- | :-- | :-- |"]
    for name, each in action()["inputs"].items():
        default = f"`{each['default']}`" if each["default"] else ""
        lines.append(f"| `{name}` | {default} | {_cell(each['description'])} |")
    return "\n".join(lines) + "\n"


def outputs() -> str:
    """The table of outputs."""
    lines = ["| output | |", "| :-- | :-- |"]
    for name, each in action()["outputs"].items():
        lines.append(f"| `{name}` | {_cell(each['description'])} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
