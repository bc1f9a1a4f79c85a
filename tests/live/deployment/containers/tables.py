"""Containers described in tables, which are written to a folder and checked.

``repository`` or ``kind``
    the name.
``command``
    how they are started; ``{folder}`` is the one of their ``files``.
``keys``
    other keys of the deployment.
``declared``, ``handled``
    what is declared (by default what is handled) and what is measured.
``outcome``, ``says``
    another outcome than *measured*, and words that the reason has.
``refused``, ``values``
    the ``Refusal`` with which it is refused before anything starts, and some of what
    its sentence is filled in with.
``needs``
    a program of the system.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.deployment.containers.refusals import Refusal
from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import untouched

LIMIT = 20
"""The limit for containers that declare no bound."""


def name_of(shape: dict[str, Any]) -> str:
    """Return the name of a shape as the name of a deployment."""
    name = shape["repository"] if "repository" in shape else shape["kind"]
    return str(name.replace("/", "-").lower())


def write_shapes(folder: Path, shapes: Sequence[dict[str, Any]]) -> None:
    """Write a subfolder for each shape."""
    tables = []
    for shape in shapes:
        name = name_of(shape)
        for file, text in shape.get("files", {}).items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if "." not in file:
                path.chmod(0o755)
        command = shape["command"].replace("{folder}", name)
        declared = shape.get("declared", shape.get("handled", 1))
        env = ", ".join(f'{k} = "{v}"' for k, v in shape.get("env", {}).items())
        lines = ("[[deployment]]", f'name = "{name}"', f"command = '''{command}'''")
        tables += [*lines, f"declared = {json.dumps(declared)}", f"env = {{ {env} }}"]
        keys = shape.get("keys", {}).items()
        tables += [f"{key} = {json.dumps(value)}" for key, value in keys]
    (folder / "concurrency.toml").write_text("\n".join(tables))


def is_started(shape: dict[str, Any]) -> bool:
    """Return whether a shape starts anything."""
    return bool({"handled", "outcome"} & set(shape))


def check_all(check: Check, tmp_path: Path, some: Sequence[dict[str, Any]]) -> None:
    """Check the shapes that can be started. Nothing else may have changed."""
    shapes = [
        shape
        for shape in some
        if is_started(shape) and Path(shape.get("needs", "/")).exists()
    ]
    write_shapes(tmp_path, shapes)
    before = sorted(tmp_path.rglob("*"))
    with untouched():
        checked = check(tmp_path, "--ask", "overlap", "--limit", str(LIMIT))
    assert checked.code != 2, checked.message
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
            wrong[name_of(shape)] = (seen, cell["reason"])
    assert wrong == {}, wrong


def refusal(shape: dict[str, Any]) -> str:
    """Return a pattern of the message that refuses a shape, with any values."""
    values = defaultdict(lambda: OPEN, shape.get("values", {}))
    words = Refusal[shape["refused"]].value.format_map(values)
    return ".+".join(map(re.escape, words.split(OPEN)))


OPEN = "\0"
"""Stands for a value that a table does not have."""


def check_refused(check: Check, tmp_path: Path, some: Sequence[dict[str, Any]]) -> None:
    """Check the shapes that are refused before anything starts."""
    shapes = [shape for shape in some if not is_started(shape)]
    write_shapes(tmp_path, shapes)
    with untouched():
        checked = check(tmp_path)
    assert checked.code == 2
    said = {}
    for each in shapes:
        begin = f"deployment {name_of(each)}: "
        found = [line for line in checked.message.splitlines() if begin in line]
        words = "".join(found) if len(found) == 1 else ""
        if not re.search(refusal(each), words) or each.get("says", "") not in words:
            said[name_of(each)] = found
    assert said == {}, said
