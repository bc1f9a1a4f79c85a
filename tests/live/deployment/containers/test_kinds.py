"""Kinds of container deployments give the right result, or a true remedy.

They are described in ``tests/deployments/kinds/containers.toml``.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT
from tests.live.deployment.containers.conftest import run
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write
from tests.live.deployment.containers.tables import check_all
from tests.live.deployment.containers.tables import check_refused
from tests.live.deployment.containers.tables import is_started

FILE = ROOT / "tests" / "deployments" / "kinds" / "containers.toml"

KINDS: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["shape"]

PARTS = 6
"""Number of tests that the startable kinds are split into, so that two engines can
share them."""


@pytest.mark.parametrize("part", range(PARTS))
def test_kinds_that_can_be_started_are_measured(
    check: Check, user: User, tmp_path: Path, part: int
) -> None:
    user.network("traefik_proxy")
    for name in ("shop_data", "media"):
        user.volume(name)
    check_all(check, tmp_path, [k for k in KINDS if is_started(k)][part::PARTS])


def test_kinds_that_are_refused_name_the_reason(
    check: Check, engine: None, tmp_path: Path
) -> None:
    check_refused(check, tmp_path, KINDS)


FIRST = """\
services:
  web:
    image: fcm-test-shop
    command: flask --app shop run --debug
    ports: ["${PORT}:8000"]
"""

SECOND = """\
services:
  web:
    command: gunicorn shop:app --threads ${THREADS:?set THREADS} --bind :8000
"""


def test_default_files_of_compose_are_found(
    check: Check, user: User, tmp_path: Path
) -> None:
    # The file, its override and a file of variables are found by their names.
    (tmp_path / "docker-compose.yml").write_text(FIRST)
    (tmp_path / "docker-compose.override.yml").write_text(SECOND)
    (tmp_path / ".env").write_text("THREADS=4\nPORT=8000\n")
    run(check, tmp_path, "docker compose up")


def test_the_remedy_for_an_unavailable_image_is_true(
    check: Check, user: User, tmp_path: Path
) -> None:
    command = "docker run -p 8000:8000 fcm-test-absent"
    write(tmp_path, command, "declared = 4")
    checked = check(tmp_path, "--ask", "overlap")
    remedy = "pull or build its images before the check"
    assert remedy in checked.cells["mine"]["reason"], checked
    user.tag("fcm-test-absent")
    run(check, tmp_path, command)
