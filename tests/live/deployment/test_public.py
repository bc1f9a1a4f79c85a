"""Deployments modelled on public repositories give the right results.

They are described in ``tests/deployments/public/shapes.toml``. Each is our own,
modelled on the file that it names. ``shape_tables.py`` explains the keys.
"""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.shape_tables import comes_out
from tests.live.deployment.shape_tables import has_number
from tests.live.deployment.shape_tables import LIMIT
from tests.live.deployment.shape_tables import shapes
from tests.live.deployment.shape_tables import write_shape

pytestmark = pytest.mark.shapes


@pytest.mark.parametrize("shape", shapes("public"), ids=lambda each: each["repository"])
def test_a_public_deployment_gives_its_result(
    check: Check, tmp_path_factory: pytest.TempPathFactory, shape: dict[str, Any]
) -> None:
    # Paths of sockets must be short.
    comes_out(check, shape, write_shape(shape, tmp_path_factory.mktemp("s") / "shop"))


@pytest.mark.parametrize(
    "shape", shapes("public", "files.toml"), ids=lambda each: each["repository"]
)
def test_a_public_file_that_is_not_started_is_reported(
    check: Check, tmp_path: Path, shape: dict[str, Any]
) -> None:
    folder = write_shape(shape, tmp_path / "shop")
    words: list[str] = []
    if "place" in shape:
        refused = check(folder)
        assert refused.code == 2 and refused.message.startswith(f"{shape['place']} ")
        words = shlex.split(refused.message.partition("-concurrency check ")[2])
    checked = check(folder, "--limit", str(LIMIT), *words)
    (cell,) = checked.cells.values()
    has_number(cell, shape)
