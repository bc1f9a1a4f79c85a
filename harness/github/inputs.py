"""The inputs of the action and of its workflows, and the command lines they become.

An empty input is one that was not given. An input that would have no effect is an error
that says what to do instead.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from harness.records.errors import UsageError

Stage = Literal["plan", "measure", "report"]

WITH = "WITH_"
"""Prefix of variables that carry inputs; ``INPUT_`` is the runner's own, and not every
runner sets it for a composite action."""

OURS = "FLASK_CONCURRENCY_"
"""Prefix of variables that the steps of the action hand on to each other."""

SEVERAL = {
    "ONLY": r"\s+",
    "FLASK": r"[\s,]+",
    "SERVERS": r"[\s,]+",
    "SERVER_RELEASES": r"\s+",
    "ASK": r"[\s,]+",
    "OF": r"\s+",
    "SINCE": r"\s+",
}
"""Inputs with several values, and a pattern of what separates them."""

OPTIONS: dict[Stage, tuple[str, ...]] = {
    "plan": (
        *("ONLY", "FLASK", "SERVERS", "SERVER_RELEASES", "PYTHON_VERSION"),
        *("LIMIT", "ASK", "CATALOG", "SHARDS", "MAX_CELLS"),
    ),
    "measure": ("JOBS", "SHARD"),
    "report": ("FAIL_ON", "BASELINE", "EXPECTED"),
}
"""The inputs that become options, by the stage that takes them."""

TRACK = ("OF", "SINCE", "PYTHON_VERSION", "LIMIT", "JOBS")
"""The inputs of ``track.yml`` that become options; ``configurations`` does not."""

DEPLOYMENT = (
    *("CONFIG", "COMMAND", "REQUIREMENTS", "PYTHON_VERSION", "READY", "DECLARED"),
    *("AT_LEAST", "ONLY", "LIMIT", "ASK", "FAIL_ON"),
)
"""The inputs that become options when deployments are measured."""

OTHERWISE = {
    "SERVERS": "--server",
    "SERVER_RELEASES": "--server-release",
    "PYTHON_VERSION": "--python",
}
"""Options about the matrix whose name differs from that of the input."""

Refused = Mapping[str, str]
"""Inputs that would have no effect, and what to do instead."""

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
    _COMMAND, "it describes a deployment; give its `command` too"
)
WITH_CONFIG: Refused = {
    **_MATRIX,
    **dict.fromkeys(_COMMAND, "write it in the file that `config` names"),
    "COMMAND": "give either `config` or `command`; the file can hold the command too",
    "PYTHON_VERSION": "write `python` in the file that `config` names",
}
WITH_COMMAND: Refused = {
    **_MATRIX,
    "ONLY": "`command` describes a single deployment; leave it out",
}
NO_REQUIREMENTS = (
    "it is the Python to install `requirements` for; without that input, the command "
    "runs on the job's own Python. Give `requirements`, or leave it out"
)


def value_of(environ: Mapping[str, str], name: str) -> str:
    """The value of an input; empty when it was not given."""
    return environ.get(WITH + name, "").strip()


def flag(environ: Mapping[str, str], name: str) -> bool:
    """The value of an input that is ``true`` or ``false``; empty means true.

    Raises ``UsageError`` for anything else.
    """
    text = value_of(environ, name).lower()
    if text not in ("", "true", "false"):
        spelled = _spelled(name)
        raise UsageError(f"{spelled}: is {text!r}; write true or false")
    return text != "false"


def results(environ: Mapping[str, str]) -> str:
    """The folder of results: the one given, or else one for this use of the action."""
    return environ.get(WITH + "RESULTS") or environ[OURS + "RESULTS"]


def history(environ: Mapping[str, str]) -> str:
    """The folder of the history; it is below the results, so a job hands on both."""
    return str(Path(results(environ), "history"))


def _spelled(name: str) -> str:
    return name.lower().replace("_", "-")


# ----------------------------------------------------------------------- command lines


def arguments(stage: Stage, environ: Mapping[str, str]) -> list[str]:
    """The command line of a stage that is about the matrix."""
    line = [stage, *options(OPTIONS[stage], environ)]
    return [*line, f"--results={results(environ)}"]


def check_arguments(stage: Stage, environ: Mapping[str, str]) -> list[str]:
    """The command line of a stage that is about deployments."""
    line = ["check", *options(DEPLOYMENT, environ, {})]
    # With the other files of this use of the action, not in the caller's cache.
    line.append(f"--cache={environ[OURS + 'ENVIRONMENTS']}")
    if interpreter := environ.get(OURS + "MEASURED_PYTHON"):
        line.append(f"--interpreter={interpreter}")
    if stage == "plan":
        line.append("--list")
    return [*line, f"--results={results(environ)}"]


def track_arguments(environ: Mapping[str, str]) -> list[str]:
    """The command line of the workflow ``track.yml``."""
    line = ["track", *options(TRACK, environ), f"--results={results(environ)}"]
    line.append(f"--history={history(environ)}")
    return [*line, "--", *value_of(environ, "CONFIGURATIONS").split()]


def options(
    names: Iterable[str],
    environ: Mapping[str, str],
    otherwise: Mapping[str, str] = OTHERWISE,
) -> Iterator[str]:
    """Options made of inputs, each as one word such as ``--flask=3.1``."""
    for name in names:
        option = otherwise.get(name, f"--{_spelled(name)}")
        text = value_of(environ, name)
        values = re.split(SEVERAL[name], text) if name in SEVERAL else [text]
        # As one word with its value, so that no value can pass for an option.
        yield from (f"{option}={value}" for value in values if value)


# --------------------------------------------------------------- what goes together


def measures_deployments(environ: Mapping[str, str]) -> bool:
    """Whether deployments are to be measured instead of the matrix.

    Raises ``UsageError`` for inputs that do not go together.
    """
    config, command = value_of(environ, "CONFIG"), value_of(environ, "COMMAND")
    refused = WITH_NEITHER
    if config:
        refused = WITH_CONFIG
    elif command:
        refused = WITH_COMMAND
        if not value_of(environ, "REQUIREMENTS"):
            refused = {**refused, "PYTHON_VERSION": NO_REQUIREMENTS}
    for name, remedy in refused.items():
        if value_of(environ, name):
            beside = "`config`" if config else "`command`"
            either = config or command
            what = f"together with {beside}" if either else "without `command`"
            raise UsageError(f"{_spelled(name)}: is given {what}: {remedy}")
    return bool(config or command)
