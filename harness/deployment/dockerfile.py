"""Commands that stand in a Dockerfile: its ``ENTRYPOINT`` and its ``CMD``.

Only what the last stage and those that it is made from say is known here, and nothing
of the images that they begin with.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.address import addressed
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.ports import check_port
from harness.deployment.ports import in_a_line
from harness.deployment.ports import literal_port
from harness.deployment.ports import PORT
from harness.deployment.shell import expand
from harness.deployment.shell import read
from harness.deployment.shell import SHELL
from harness.deployment.shell import split

KEY = "dockerfile"

DOCKER_RUN = (
    "build that and measure it: command = "
    '"docker run --rm -p 127.0.0.1:{port}:8000 IMAGE", with the port that it listens on'
)
"""What to do about a Dockerfile whose command does not run outside of its image."""

_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_HEREDOC = re.compile(r"<<(-?)(['\"]?)(\w+)\2")


class Instruction(NamedTuple):
    """One instruction, and the line that it begins in."""

    name: str
    rest: str
    line: int

    @property
    def items(self) -> list[str] | None:
        """The items of a list; ``None`` for a line for the shell."""
        if not self.rest.startswith("["):
            return None
        try:
            return list(map(str, json.loads(self.rest)))
        except ValueError:
            return None  # what is no JSON is a line for the shell


class Stage(NamedTuple):
    """What one stage, with those that it begins with, does to an image."""

    env: dict[str, str] = {}
    entrypoint: Instruction | None = None
    cmd: Instruction | None = None
    shell: tuple[str, ...] = SHELL
    folder: str = ""


class DockerCommand(NamedTuple):
    """What an image starts."""

    words: tuple[str, ...]
    env: dict[str, str]
    line: int
    as_list: str = ""
    """The instruction that has it as a list, which is not filled in."""


def command_in(
    path: Path, caller: Mapping[str, str], env: Mapping[str, str], target: str = ""
) -> DockerCommand:
    """The command of a stage, with its variables and those in ``env``.

    The stage is the one that ``target`` names, or else the last. A line for the shell
    may also use the variables of the caller. Raises ``DeploymentFault``.
    """
    # The port of the check is filled in where an image would have its own.
    given = {"PATH": caller.get("PATH", ""), **env}
    stage = _stage(read_named(KEY, path), given, target, path)
    run = [each for each in (stage.entrypoint, stage.cmd) if each is not None]
    if not run:
        raise DeploymentFault(KEY, f"{path} has no CMD; write command instead")
    env = {**stage.env, **env}
    first = run[0]
    if first.items is None:
        # Of an ENTRYPOINT that is a line, Docker ignores CMD.
        return _line(first, stage, {**caller, **env}, env, path.parent)
    words, line = list(first.items), first.line
    for cmd in run[1:]:
        # Docker hands a CMD that is a line to an ENTRYPOINT that is a list as it is.
        items = cmd.items
        words += [*stage.shell, cmd.rest] if items is None else items
        line = cmd.line
    if addressed(words, path.parent) is None:
        _check_list(words, first.name)
    _check_paths(words)
    return DockerCommand(tuple(words), env, line, first.name)


def _line(
    instruction: Instruction,
    stage: Stage,
    variables: Mapping[str, str],
    env: Mapping[str, str],
    folder: Path,
) -> DockerCommand:
    command = read(KEY, instruction.rest, variables, stage.shell)
    words = split(KEY, expand(instruction.rest, variables))
    if addressed(command.words, folder) is None:
        check_port(KEY, words)
    _check_paths(words)
    return DockerCommand(command.words, {**env, **command.env}, instruction.line)


def _check_list(words: Sequence[str], instruction: str) -> None:
    """Raise ``DeploymentFault`` when a list has a port of its own."""
    literal = literal_port(words)
    if literal is not None and not any(PORT in word for word in words):
        word, port = literal
        remedy = in_a_line(instruction, words, word, port)
        raise DeploymentFault(
            KEY, f"listens on port {port} whatever $PORT is; {remedy}"
        )


def _check_paths(words: Sequence[str]) -> None:
    """Raise ``DeploymentFault`` about a path that is only in the image."""
    for index, word in enumerate(words):
        path = Path(word.rpartition("=")[2])
        try:
            missing = path.is_absolute() and not path.exists()
            if missing and (index == 0 or not path.parent.exists()):
                raise DeploymentFault(KEY, f"{path} is only in the image; {DOCKER_RUN}")
        except OSError:
            continue


# ---------------------------------------------------------------------------- stages


def _stage(text: str, given: Mapping[str, str], target: str, path: Path) -> Stage:
    """What the stage does that is built; ``given`` is what it is run with.

    Raises ``DeploymentFault``.
    """
    stages: dict[str, Stage] = {}
    stage, name = Stage(), ""
    arguments: dict[str, str] = {}
    outside: dict[str, str] = {}  # ARGs in front of the first FROM
    for each in instructions(text):
        if each.name == "FROM":
            if name and name == target:
                return stage
            base, name = _from(each.rest, outside)
            stage, arguments = stages.get(base, Stage()), {}
        elif each.name == "ARG":
            scope = arguments if name else outside
            scope |= _defaults(each.rest, {**outside, **arguments, **stage.env}, scope)
        elif each.name == "ENV":
            own = {"PATH": given["PATH"], **arguments, **stage.env}
            known = {**own, **{k: v for k, v in given.items() if k != "PATH"}}
            stage = stage._replace(env={**stage.env, **assignments(each.rest, known)})
        else:
            stage = _after(stage, each)
        stages[name] = stage
    if target and name != target:
        known_names = ", ".join(each for each in stages if each and not each.isdigit())
        raise DeploymentFault(
            "target", f"{path} has no stage {target}; it has: {known_names or 'none'}"
        )
    return stage


def _from(rest: str, arguments: Mapping[str, str]) -> tuple[str, str]:
    """What a stage begins with, and the name of the stage."""
    words = [word for word in expand(rest, arguments).split() if word[:2] != "--"]
    named = len(words) == 3 and words[1].lower() == "as"
    return words[0] if words else "", words[2] if named else "0"


def _after(stage: Stage, each: Instruction) -> Stage:
    """What a stage is after an instruction."""
    if each.name == "ENTRYPOINT":
        # A new ENTRYPOINT takes away the CMD of the image that it began with.
        return stage._replace(entrypoint=each if each.items != [] else None)
    if each.name == "CMD":
        return stage._replace(cmd=each if each.items != [] else None)
    if each.name == "SHELL" and each.items:
        return stage._replace(shell=tuple(each.items))
    if each.name == "WORKDIR":
        return stage._replace(folder=expand(each.rest, stage.env).strip("'\""))
    return stage


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions, with continued lines as one and without heredocs."""
    escape = "\\"
    begun, whole = 0, ""
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if not whole and (given := _ESCAPE.match(line)):
            escape = given[1]
        if line.lstrip().startswith("#") or not (line.strip() or whole):
            continue
        begun = begun if whole else number
        whole += line.rstrip().removesuffix(escape) + " "
        if line.rstrip().endswith(escape):
            continue
        name, _, rest = whole.strip().partition(" ")
        whole = ""
        body = []
        for dash, _, end in _HEREDOC.findall(rest) if name.upper() in _HEREDOCS else ():
            for _, inside in lines:
                inside = inside.lstrip("\t") if dash else inside
                if inside == end:
                    break
                body.append(inside)
        if body and name.upper() in ("CMD", "ENTRYPOINT"):
            rest = "\n".join(body)
        yield Instruction(name.upper(), rest.strip(), begun)


_HEREDOCS = ("RUN", "COPY", "ADD", "CMD", "ENTRYPOINT")
"""Instructions that take lines up to a mark."""


def assignments(rest: str, known: Mapping[str, str] = {}) -> dict[str, str]:
    """The variables of one ENV, in the newer spelling or the older, filled in.

    All of one instruction see the variables that were there before it.
    """
    name, _, value = rest.partition(" ")
    if "=" not in name:
        return {name: expand(value.strip().strip("\"'"), known)}
    words = shlex.split(_filled(rest, known))
    return dict(word.split("=", 1) for word in words if "=" in word)


def _filled(rest: str, known: Mapping[str, str]) -> str:
    """A text with variables filled in, but not in single quotes."""
    parts = re.split(r"('[^']*')", rest)
    return "".join(p if p.startswith("'") else expand(p, known) for p in parts)


def _defaults(
    rest: str, known: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The defaults of one ARG; one without has that of an ARG before the stages."""
    found = {}
    for word in shlex.split(_filled(rest, known)):
        name, equals, value = word.partition("=")
        found[name] = value if equals else before.get(name, known.get(name, ""))
    return found
