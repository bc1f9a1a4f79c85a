"""The deployments to check: from a file, from options, or from the folder's files."""

import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.cli.streams import say
from harness.cli.usage.checking import CheckOptions
from harness.deployment import config as deployments
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.detect.candidates import candidates
from harness.deployment.detect.requirements_file import requirements_file
from harness.deployment.detect.started_by import started_by_compose
from harness.deployment.load import DEFAULT
from harness.deployment.load import described
from harness.deployment.load import has_table
from harness.deployment.load import load
from harness.records.errors import UsageError


def configuration(options: CheckOptions) -> Configured:
    """The deployments from a file or options, or those that the folder suggests."""
    config = options.config or default_config()
    command, keys = options.command_line(), options.keys()
    if command is not None:
        if options.config is not None:
            raise UsageError("--config and a command are both given; give one")
        return described(Path(), {"command": command, **keys})
    if config is None:
        return detected(Path(), keys)
    if keys:
        key = next(iter(keys))
        raise UsageError(
            f"{key} is given, and {config} describes the deployments; write {key} "
            "there, or give a command too"
        )
    return load(config)


def detected(folder: Path, keys: Mapping[str, Any]) -> Configured:
    """The deployment that the files of a folder describe. Raises ``UsageError``."""
    first, *others = candidates(folder, "check")
    say(first.origin)
    if first.note:
        say(first.note)
    for other in others:
        say(f"not measured: {other.origin}")
    if "dockerfile" in first.given:
        for each in started_by_compose(folder, first.words):
            say(f"not measured: {each.where}: {shlex.join(each.words)}")
    given = {"name": first.name, **first.given, **keys}
    given.setdefault("requirements", requirements_file(folder, first.words))
    return described(folder, given)


def default_config() -> Path | None:
    """The file in the current folder that describes deployments, if there is one."""
    for path in (Path(DEFAULT), Path(deployments.PYPROJECT)):
        if path.exists() and (path.name == DEFAULT or has_table(path)):
            return path
    return None


def choose(configured: Configured, names: Sequence[str]) -> list[Deployment]:
    """The deployments of these names, or all. Raises ``UsageError``."""
    known = {deployment.name: deployment for deployment in configured.deployments}
    for name in names:
        if name not in known:
            where = configured.path or "the command line"
            raise UsageError(
                f"--only {name}: {where} has no deployment of that name; it has "
                f"{', '.join(known)}"
            )
    return [known[name] for name in names] or list(configured.deployments)
