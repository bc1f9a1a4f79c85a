"""Finds out how an orchestrator checks a deployment's health, by files and keys."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import Probes
from harness.deployment.platform import platform_of
from harness.deployment.platforms.read import named_instances
from harness.records.health import CheckBy
from harness.records.health import HealthCheck

GIVEN = ("path", "port", "by", "period", "timeout", "failures")


def health_check(deployment: Deployment, folder: Path) -> HealthCheck:
    """The health check of a deployment's orchestrator. Raises ``DeploymentFault``.

    A key counts before what a file says, and that before Kubernetes' defaults.
    """
    given = deployment.probes or Probes()
    check = HealthCheck(path=deployment.ready or "")
    if given.file:
        check = _in_file(folder / given.file)
    elif found := platform_of(deployment, folder):
        check = found[0].check or check
    keys = {name: getattr(given, name) for name in GIVEN}
    said = {name: value for name, value in keys.items() if value is not None}
    if said:
        says = "as its file says" if check.file == "" else f"{check.says} and `probes`"
        said["says"] = says
    if said.get("by") is CheckBy.TCP:
        said["path"] = ""
    return msgspec.structs.replace(check, **said)


def _in_file(path: Path) -> HealthCheck:
    """The first health check of a file. Raises ``DeploymentFault``."""
    found = named_instances("probes", path)
    for each in found:
        if each.check is not None:
            return each.check
    why = next((f": {each.not_asked}" for each in found if each.not_asked), "")
    raise DeploymentFault(
        "probes",
        f"{path} has no health check that can be asked from here, by HTTP or TCP{why}; "
        "name another file, or write { path = '/healthz' }",
    )
