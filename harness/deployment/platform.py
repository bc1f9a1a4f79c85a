"""The platform that a deployment runs on, by a file beside it or one that is named."""

from __future__ import annotations

from pathlib import Path

from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances
from harness.deployment.platforms.read import is_read
from harness.records.errors import UsageError
from harness.records.files import read_text


def platform_of(deployment: Deployment, folder: Path) -> tuple[Instance, Path] | None:
    """The kind of instance that it runs in, and the file that says so.

    That is the one that ``platform`` names, or the only one in the folder with a limit.
    Raises ``DeploymentFault`` about a file that was named.
    """
    if deployment.platform is not None:
        return _named(folder / deployment.platform)
    found = [
        (each, path)
        for path in sorted(folder.iterdir())
        if is_read(path.name) and path.is_file()
        for each in _in_file(path)
        if each.limit is not None and not each.problem
    ]
    return found[0] if len(found) == 1 else None


def _in_file(path: Path) -> list[Instance]:
    try:
        return instances(path, read_text(path))
    except UsageError:
        return []


def _named(path: Path) -> tuple[Instance, Path]:
    found = instances(path, read_named("platform", path))
    if problem := next((each.problem for each in found if each.problem), ""):
        raise DeploymentFault("platform", f"{path}: {problem}; correct it")
    if not found:
        raise DeploymentFault(
            "platform",
            f"{path} is of no platform that is known; name a service.yaml, fly.toml, "
            "app.yaml, a Kubernetes manifest or the like",
        )
    limited = [each for each in found if each.limit is not None]
    return (limited or found)[0], path
