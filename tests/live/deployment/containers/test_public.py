"""Containers as they are started in public repositories come out right.

They are described in ``tests/deployments/public/containers.toml``:

``command``
    how they are started; ``{folder}`` is the one of their ``files``.
``declared``, ``handled``
    what is declared (by default what is handled) and what is measured.
``outcome``, ``says``
    another outcome than *measured*, and words that the reason has. Without an outcome
    it is refused before anything starts.
``needs``
    a program of the system.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User

FILE = ROOT / "tests" / "deployments" / "public" / "containers.toml"

SHAPES: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["shape"]

LIMIT = 20
"""How far those are tried that declare no bound."""


def name_of(shape: dict[str, Any]) -> str:
    """The name of a shape as a deployment."""
    return str(shape["repository"].replace("/", "-").lower())


def write_shapes(folder: Path, shapes: Sequence[dict[str, Any]]) -> None:
    """A folder with shapes in it, each in one of its own."""
    tables = []
    for shape in shapes:
        name = name_of(shape)
        for file, text in shape.get("files", {}).items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = shape["command"].replace("{folder}", name)
        declared = shape.get("declared", shape.get("handled", 1))
        env = ", ".join(f'{k} = "{v}"' for k, v in shape.get("env", {}).items())
        lines = ("[[deployment]]", f'name = "{name}"', f"command = '''{command}'''")
        tables += [*lines, f"declared = {json.dumps(declared)}", f"env = {{ {env} }}"]
    (folder / "concurrency.toml").write_text("\n".join(tables))


def test_what_can_be_started(check: Check, user: User, tmp_path: Path) -> None:
    shapes = [
        shape
        for shape in SHAPES
        if ("handled" in shape or "outcome" in shape)
        and Path(shape.get("needs", "/")).exists()
    ]
    write_shapes(tmp_path, shapes)
    before = sorted(tmp_path.rglob("*"))
    with untouched():
        checked = check(tmp_path, "--ask", "overlap", "--limit", str(LIMIT))
    made = {"results", "cache"}
    after = [p for p in tmp_path.rglob("*") if not made & {*p.parts}]
    assert sorted(after) == before
    wrong = {}
    for shape in shapes:
        cell = checked.cells[name_of(shape)]
        handled = shape.get("handled")
        seen = [cell["outcome"], cell["verdict"], cell["ceiling"]]
        count = LIMIT if handled == "unbounded" else handled
        expected = ["measured", "as declared", count]
        if "outcome" in shape:
            seen, expected = [cell["outcome"]], [shape["outcome"]]
        if seen != expected or shape.get("says", "") not in cell["reason"]:
            wrong[shape["repository"]] = (seen, cell["reason"])
    assert wrong == {}


@pytest.mark.parametrize(
    "shape",
    [each for each in SHAPES if not {"handled", "outcome"} & set(each)],
    ids=lambda each: each["repository"],
)
def test_what_is_refused(
    check: Check, engine: None, tmp_path: Path, shape: dict[str, Any]
) -> None:
    write_shapes(tmp_path, [shape])
    checked = check(tmp_path)
    assert checked.code == 2
    assert shape["says"] in checked.message
