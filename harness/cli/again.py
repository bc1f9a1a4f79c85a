"""The command that measures a cell again, as it works where it is printed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable

from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.records.words import DEFAULT_LIMIT

NOX = "FLASK_CONCURRENCY_NOX"
"""Variable with the words that start nox on our noxfile, where that was done."""


def again(cell_id: str, limit: int) -> str:
    """The command that measures one cell again: by nox, or by the installed command."""
    nox = os.environ.get(NOX)
    verb = f"{nox} -s probe --" if nox else "flask-concurrency probe"
    command = f"{verb} --only {shlex.quote(cell_id)}"
    return command if limit == DEFAULT_LIMIT else f"{command} --limit {limit}"


def check_again(configured: Configured) -> Callable[[str, int], str]:
    """What makes the command that checks one of several deployments again."""
    known = {each.name: each for each in configured.deployments}

    def command(cell_id: str, limit: int) -> str:
        deployment = known[cell_id.split("/")[2]]
        more = [] if limit == DEFAULT_LIMIT else ["--limit", str(limit)]
        options = _options(configured, deployment)
        return shlex.join(["flask-concurrency", "check", *options, *more])

    return command


def _options(configured: Configured, deployment: Deployment) -> list[str]:
    if configured.path is not None:
        return ["--config", str(configured.path), "--only", deployment.name]
    given = {
        "--command": deployment.command,
        "--requirements": deployment.requirements,
        "--python-version": deployment.python,
        "--ready": deployment.ready,
        "--declared": deployment.declared,
        "--at-least": deployment.at_least,
    }
    pairs = ((name, value) for name, value in given.items() if value is not None)
    return [word for name, value in pairs for word in (name, str(value))]
