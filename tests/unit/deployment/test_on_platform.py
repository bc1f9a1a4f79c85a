"""How a deployment's health is checked: keys override files, then defaults apply."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.config import Probes
from harness.deployment.on_platform import health_check
from harness.records.health import CheckBy
from harness.records.health import HealthCheck
from tests.builders.deployments import deployment

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - image: shop
          livenessProbe:
            httpGet: {path: /alive, port: 80}
            periodSeconds: 5
"""


def check_of(folder: Path, probes: Probes | None = None, **keys: Any) -> HealthCheck:
    given = msgspec.structs.replace(deployment(), probes=probes, **keys)
    return health_check(given, folder)


def test_the_defaults_are_those_of_kubernetes(tmp_path: Path) -> None:
    assert check_of(tmp_path) == HealthCheck()
    assert check_of(tmp_path, ready="/up") == HealthCheck(path="/up")


def test_keys_override_the_platforms_file(tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_text(MANIFEST)
    by_file = check_of(tmp_path, Probes(file="k.yaml"))
    assert (by_file.path, by_file.period, by_file.timeout) == ("/alive", 5, 1)
    assert by_file.says == "as k.yaml:8 says"
    assert check_of(tmp_path, platform="k.yaml") == by_file
    both = check_of(tmp_path, Probes(file="k.yaml", timeout=3))
    assert (both.path, both.timeout, both.says[-12:]) == ("/alive", 3, "and `probes`")


def test_a_tcp_check_has_no_path(tmp_path: Path) -> None:
    found = check_of(tmp_path, Probes(by=CheckBy.TCP), ready="/up")
    assert (found.by, found.path) == (CheckBy.TCP, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("apiVersion: v1\nkind: Service\n", "has no health check that can be asked"),
        ("apiVersion: [", "it is not YAML in line 2"),
        (None, "probes: .*none.yaml"),
    ],
)
def test_a_file_without_a_health_check_is_reported(
    text: str | None, why: str, tmp_path: Path
) -> None:
    name = "k.yaml" if text is not None else "none.yaml"
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DeploymentFault, match=why):
        check_of(tmp_path, Probes(file=name))
