"""Deployments described in tables, which are written to a folder and checked.

``deployment``
    the keys of the file of deployments; its ``name`` is added.
``files``
    beside the app, which is the one of ``shop.py`` below. What has no ending, or begins
    with ``#!``, can be executed.
``handled``, ``verdict``
    what is measured, and said of it (by default *as declared*).
``outcome``, ``says``
    another outcome than *measured*, and words that the reason has.
``start-seconds``
    how long to wait, if nothing will answer.
``packages``
    what has to be installed besides; ``needs`` a program of the system.
"""

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.records.choices import START_SECONDS
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked
from tests.live.deployment.conftest import ROOT

DEPLOYMENTS = ROOT / "tests" / "deployments"

LIMIT = 20
"""The limit for deployments that declare no bound."""

SHOP = """\
from flask import Flask


def create_app(kind="plain"):
    return Flask(kind)


app = create_app(__name__)
application = server = app
"""


def shapes(folder: str, file: str = "shapes.toml") -> list[dict[str, Any]]:
    """Read the shapes in a file of ``tests/deployments``."""
    text = (DEPLOYMENTS / folder / file).read_text()
    found: list[dict[str, Any]] = tomllib.loads(text)["shape"]
    return found


def write_shape(shape: dict[str, Any], folder: Path) -> Path:
    """Write the files of a shape to a folder; skip if it needs a missing program."""
    if "needs" in shape and not Path(shape["needs"]).exists():
        pytest.skip(f"{shape['needs']} is not installed")
    folder.mkdir(parents=True)
    files = {"shop.py": SHOP, **shape.get("files", {})}
    keys = {"name": "web", **shape.get("deployment", {})}
    if packages := shape.get("packages"):
        files["requirements.txt"] = "\n".join(packages)
        keys["requirements"] = "requirements.txt"
    table = "\n".join(f"{key} = {_toml(value)}" for key, value in keys.items())
    if "deployment" in shape:
        files["concurrency.toml"] = f"[[deployment]]\n{table}\n"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if "." not in name:
            path.chmod(0o755)
    if shape.get("certificate"):
        for name in ("cert.pem", "key.pem"):
            shutil.copy(DEPLOYMENTS / "tls" / name, folder)
    return folder


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = (f"{key} = {_toml(each)}" for key, each in value.items())
        return f"{{ {', '.join(inner)} }}"
    return json.dumps(value)


def comes_out(check: Check, shape: dict[str, Any], folder: Path) -> None:
    """Check a shape, and compare the result with the table."""
    before = sorted(folder.rglob("*"))
    seconds = str(shape.get("start-seconds", START_SECONDS))
    options = "--ask", "overlap", "--limit", str(LIMIT), "--start-seconds", seconds
    checked = check(folder, *options)
    assert sorted(folder.rglob("*")) == before
    said = checked.message + reason(checked)
    assert shape.get("says", "") in said, said
    if shape.get("outcome") == "refused":
        assert checked.code == 2
        return
    cell = checked.cells["web"]
    assert cell["outcome"] == shape.get("outcome", "measured"), cell["reason"]
    if "handled" in shape:
        has_number(cell, shape)


def has_number(cell: dict[str, Any], shape: dict[str, Any]) -> None:
    """Compare the number of a measured shape with the expected one."""
    bounded = shape["handled"] != "unbounded"
    seen = (cell["verdict"], cell["ceiling"], cell["bounded"])
    expected = shape["handled"] if bounded else LIMIT
    verdict = shape.get("verdict", "as declared")
    assert seen == (verdict, expected, bounded), cell["reason"]


def reason(checked: Checked) -> str:
    return "".join(cell["reason"] for cell in checked.cells.values())
