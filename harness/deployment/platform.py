"""Finds the platform of a deployment, by a file beside it or one that it names."""

from __future__ import annotations

from pathlib import Path

from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances_in
from harness.deployment.platforms.read import named_instances


def platform_of(deployment: Deployment, folder: Path) -> tuple[Instance, Path] | None:
    """The kind of instance that a deployment runs in, and the file that says so.

    That is the one that ``platform`` names, or the only one in the folder with a limit.
    Raises ``DeploymentFault`` about a file that was named.
    """
    if deployment.platform is not None:
        return _named(folder / deployment.platform)
    found = [
        (each, path)
        for path in sorted(folder.iterdir())
        for each in instances_in(path)
        if each.limit is not None and not each.problem
    ]
    return found[0] if len(found) == 1 else None


def _named(path: Path) -> tuple[Instance, Path]:
    found = named_instances("platform", path)
    if not found:
        raise DeploymentFault(
            "platform",
            f"{path} is of no platform that is known; name a service.yaml, fly.toml, "
            "app.yaml, main.tf, a Kubernetes manifest or the like",
        )
    limited = [each for each in found if each.limit is not None]
    return (limited or found)[0], path
