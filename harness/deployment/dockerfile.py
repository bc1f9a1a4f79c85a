"""Commands that stand in a Dockerfile: its ``ENTRYPOINT`` and its ``CMD``."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.address import addressed
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.ports import check_port
from harness.deployment.shell import expand
from harness.deployment.shell import split

KEY = "dockerfile"

_RUN = ("ENTRYPOINT", "CMD")
"""Instructions that a command is made of, in its order."""


class DockerCommand(NamedTuple):
    """What an image starts."""

    words: tuple[str, ...]
    env: dict[str, str]
    line: int


def command_in(
    path: Path, caller: Mapping[str, str], env: Mapping[str, str]
) -> DockerCommand:
    """The command of the last stage, with its variables and those in ``env``.

    A line for the shell may also use the variables of the caller. Raises
    ``DeploymentFault``.
    """
    last: dict[str, tuple[str, int]] = {}
    variables: dict[str, str] = {}
    for number, instruction, rest in instructions(read_named(KEY, path)):
        if instruction == "FROM":
            last.clear()  # a new stage; what it begins with is in an image
        elif instruction == "ENV":
            variables |= assignments(rest)
        last[instruction] = rest, number
    run = [last[instruction] for instruction in _RUN if instruction in last]
    if not run:
        raise DeploymentFault(KEY, f"{path} has no CMD; write command instead")
    env = {**variables, **env}
    words = [word for rest, _ in run for word in _words(rest, {**caller, **env})]
    more = (
        ", in a line without brackets: a list is not filled in, and "
        "`CMD exec gunicorn …` is"
    )
    has_list = any(rest.startswith("[") for rest, _ in run)
    if addressed(words, path.parent) is None:
        check_port(KEY, words, more if has_list else "")
    return DockerCommand(tuple(words), env, run[-1][1])


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, instruction and rest, with continued lines as one."""
    begun, whole = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not (line.strip() or whole):
            continue
        begun = begun if whole else number
        whole += line.rstrip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\"):
            instruction, _, rest = whole.strip().partition(" ")
            yield begun, instruction.upper(), rest.strip()
            whole = ""


def assignments(rest: str) -> dict[str, str]:
    """The variables of one ENV, in the newer spelling or the older."""
    words = shlex.split(rest)
    if words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return dict(word.split("=", 1) for word in words if "=" in word)


def _words(rest: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    if rest.startswith("["):
        try:
            return tuple(map(str, json.loads(rest)))
        except ValueError:
            pass  # what is no JSON is a line for the shell
    return split(KEY, expand(rest, variables))
