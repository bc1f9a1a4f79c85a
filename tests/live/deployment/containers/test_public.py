"""Containers modelled on public repositories give the right results.

They are described in ``tests/deployments/public/containers.toml``.
"""

import tomllib
from pathlib import Path
from typing import Any

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.tables import check_all
from tests.live.deployment.containers.tables import check_refused

FILE = ROOT / "tests" / "deployments" / "public" / "containers.toml"

SHAPES: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["shape"]


def test_public_containers_are_measured(
    check: Check, user: User, tmp_path: Path
) -> None:
    check_all(check, tmp_path, SHAPES)


def test_public_containers_that_are_refused_name_the_reason(
    check: Check, engine: None, tmp_path: Path
) -> None:
    check_refused(check, tmp_path, SHAPES)
