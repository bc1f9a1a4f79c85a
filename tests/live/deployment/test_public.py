"""Deployments modelled on public repositories give the right results.

They are described in ``tests/deployments/public/shapes.toml``; each is of our own
making, after the shape of the file that it names. What the keys mean is in
``shape_tables.py``.
"""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.shape_tables import comes_out
from tests.live.deployment.shape_tables import has_number
from tests.live.deployment.shape_tables import LIMIT
from tests.live.deployment.shape_tables import made
from tests.live.deployment.shape_tables import shapes

pytestmark = pytest.mark.shapes


@pytest.mark.parametrize("shape", shapes("public"), ids=lambda each: each["repository"])
def test_a_public_shape(
    check: Check, tmp_path_factory: pytest.TempPathFactory, shape: dict[str, Any]
) -> None:
    if "needs" in shape and not Path(shape["needs"]).exists():
        pytest.skip(f"{shape['needs']} is not installed")
    # Paths of sockets must not be long.
    comes_out(check, shape, made(shape, tmp_path_factory.mktemp("s") / "shop"))


@pytest.mark.parametrize(
    "shape", shapes("public", "files.toml"), ids=lambda each: each["repository"]
)
def test_a_public_file_that_is_not_run(
    check: Check, tmp_path: Path, shape: dict[str, Any]
) -> None:
    folder = made(shape, tmp_path / "shop")
    words: list[str] = []
    if "place" in shape:
        refused = check(folder)
        assert refused.code == 2 and refused.message.startswith(f"{shape['place']} ")
        words = shlex.split(refused.message.partition("-concurrency check ")[2])
    checked = check(folder, "--limit", str(LIMIT), *words)
    (cell,) = checked.cells.values()
    has_number(cell, shape)
