"""``docs/action.md``: the inputs and outputs of the action, and of the workflow."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .blocks import ACTION_PAGE
from .blocks import replace
from .blocks import ROOT
from .blocks import table

ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "matrix.yml"


def tables() -> dict[str, str]:
    """Return the tables of the page, by the names of their markers."""
    called = _read(WORKFLOW)[True]["workflow_call"]
    own = action()
    known = own["inputs"]
    more = {name: each for name, each in called["inputs"].items() if name not in known}
    return {
        "inputs": _inputs(known),
        "outputs": _outputs(own["outputs"]),
        "workflow-inputs": _inputs(more),
        "workflow-shared": _names(name for name in called["inputs"] if name in known),
        "workflow-outputs": _outputs(called["outputs"]),
    }


def save() -> None:
    """Write the tables into the page."""
    for name, text in tables().items():
        replace(ACTION_PAGE, name, text)


def action() -> dict[Any, Any]:
    """Return the action's file, as GitHub reads it."""
    return _read(ACTION)


@functools.cache
def _read(path: Path) -> dict[Any, Any]:
    """Read a YAML file, in which the key ``on`` means true."""
    read: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def _inputs(inputs: Mapping[str, Any]) -> str:
    rows = (
        (f"`{name}`", _default(each), each["description"])
        for name, each in inputs.items()
    )
    return table(("input", "default", ""), rows)


def _default(given: Mapping[str, Any]) -> str:
    value = given.get("default", "")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else ""


def _outputs(outputs: Mapping[str, Any]) -> str:
    rows = ((f"`{name}`", each["description"]) for name, each in outputs.items())
    return table(("output", ""), rows)


def _names(names: Any) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} and {last}\n"
