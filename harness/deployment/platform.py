"""The platform of a deployment, and how it asks whether that is alive: by files."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import Probes
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances_in
from harness.deployment.platforms.read import named_instances
from harness.records.health import CheckBy
from harness.records.health import HealthCheck


def platform_of(deployment: Deployment, folder: Path) -> tuple[Instance, Path] | None:
    """The kind of instance that a deployment runs in, and the file that says so.

    That is the one that ``platform`` names, or the only one in the folder with a limit.
    Raises ``DeploymentFault`` about a file that was named.
    """
    if deployment.platform is not None:
        return _named(folder / deployment.platform)
    limited = [
        (each, path)
        for path in sorted(folder.iterdir())
        for each in instances_in(path)
        if each.limit is not None and not each.problem
    ]
    return limited[0] if len(limited) == 1 else None


def _named(path: Path) -> tuple[Instance, Path]:
    named = named_instances("platform", path)
    if not named:
        raise DeploymentFault(
            "platform",
            f"{path} is of no platform that is known; name a service.yaml, fly.toml, "
            "app.yaml, main.tf, a Kubernetes manifest or the like",
        )
    limited = [each for each in named if each.limit is not None]
    return (limited or named)[0], path


GIVEN = ("path", "port", "by", "period", "timeout", "failures")


def health_check(deployment: Deployment, folder: Path) -> HealthCheck:
    """The health check of a deployment's orchestrator. Raises ``DeploymentFault``.

    A key counts before what a file says, and that before Kubernetes' defaults.
    """
    given = deployment.probes or Probes()
    check = HealthCheck(path=deployment.ready or "")
    if given.file:
        check = _in_file(folder / given.file)
    elif platform := platform_of(deployment, folder):
        check = platform[0].check or check
    keys = {name: getattr(given, name) for name in GIVEN}
    settings = {name: value for name, value in keys.items() if value is not None}
    if settings:
        says = "as its file says" if check.file == "" else f"{check.says} and `probes`"
        settings["says"] = says
    if settings.get("by") is CheckBy.TCP:
        settings["path"] = ""
    return msgspec.structs.replace(check, **settings)


def _in_file(path: Path) -> HealthCheck:
    """The first health check of a file. Raises ``DeploymentFault``."""
    in_file = named_instances("probes", path)
    for each in in_file:
        if each.check is not None:
            return each.check
    why = next((f": {each.not_asked}" for each in in_file if each.not_asked), "")
    raise DeploymentFault(
        "probes",
        f"{path} has no health check that can be asked from here, by HTTP or TCP{why}; "
        "name another file, or write { path = '/healthz' }",
    )
