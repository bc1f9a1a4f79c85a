"""Knows which inputs of the action go together, and how they have deployments checked;
must not know what becomes of that.

Rule: an input that would have no effect is an error, and names what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.github import runner as github
from harness.github.runner import given
from harness.github.runner import OURS
from harness.github.runner import Stage
from harness.records.errors import UsageError

DEPLOYMENT = {
    "CONFIG": "--config",
    "COMMAND": "--command",
    "REQUIREMENTS": "--requirements",
    "PYTHON_VERSION": "--python-version",
    "READY": "--ready",
    "DECLARED": "--declared",
    "AT_LEAST": "--at-least",
    "ONLY": "--only",
    "LIMIT": "--limit",
    "ASK": "--ask",
    "FAIL_ON": "--fail-on",
}
"""The option that each input becomes when deployments are checked."""

Refused = Mapping[str, str]
"""By the name of an input, what to do instead."""

_MATRIX = dict.fromkeys(
    (
        *("FLASK", "SERVERS", "SERVER_RELEASES", "CATALOG"),
        *("BASELINE", "EXPECTED", "JOBS"),
    ),
    "it is about the matrix of the catalog, and has no meaning for a deployment; leave "
    "it out",
)
_COMMAND = ("REQUIREMENTS", "READY", "DECLARED", "AT_LEAST")

WITH_NEITHER: Refused = dict.fromkeys(
    _COMMAND, "it is said of a deployment; give its `command` too"
)
WITH_CONFIG: Refused = {
    **_MATRIX,
    **dict.fromkeys(_COMMAND, "write it in the file that `config` names"),
    "COMMAND": "give either `config` or `command`; the file can hold the command too",
    "PYTHON_VERSION": "write `python` in the file that `config` names",
}
WITH_COMMAND: Refused = {
    **_MATRIX,
    "ONLY": "the deployment of `command` is the only one; leave it out",
}
NO_REQUIREMENTS = (
    "it is the Python to install `requirements` for, and without these the command "
    "runs on the one of the job; name such a file, or leave it out"
)


def of_deployments(environ: Mapping[str, str]) -> bool:
    """Whether deployments are to be measured, and not the matrix.

    Raises ``UsageError`` for inputs that do not go together.
    """
    config, command = given(environ, "CONFIG"), given(environ, "COMMAND")
    refused = WITH_NEITHER
    if config:
        refused = WITH_CONFIG
    elif command:
        refused = WITH_COMMAND
        if not given(environ, "REQUIREMENTS"):
            refused = {**refused, "PYTHON_VERSION": NO_REQUIREMENTS}
    for name, remedy in refused.items():
        if given(environ, name):
            beside = "`config`" if config else "`command`" if command else "neither"
            raise UsageError(_refusal(name, beside, remedy))
    return bool(config or command)


def _refusal(name: str, beside: str, remedy: str) -> str:
    spelled = name.lower().replace("_", "-")
    what = "without `command`" if beside == "neither" else f"together with {beside}"
    return f"{spelled}: is given {what}: {remedy}"


def check_arguments(stage: Stage, environ: Mapping[str, str]) -> list[str]:
    """The command line that checks deployments, or only looks at what is asked for."""
    line = ["check", *github.options(DEPLOYMENT, environ)]
    # Beside the rest of this use of the action, and not in the caller's cache.
    line.append(f"--cache={environ[OURS + 'ENVIRONMENTS']}")
    if interpreter := environ.get(OURS + "MEASURED_PYTHON"):
        line.append(f"--interpreter={interpreter}")
    if stage == "plan":
        line.append("--list")
    return [*line, f"--results={github.results(environ)}"]
