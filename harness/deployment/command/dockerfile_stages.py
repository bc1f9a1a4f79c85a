"""Parses the instructions of a Dockerfile, and works out what its stages set."""

import json
import os
import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.copied import Copied
from harness.deployment.command.shell import expand
from harness.deployment.command.shell import logical_lines
from harness.deployment.command.shell import SHELL
from harness.deployment.config import DeploymentFault

_ESCAPE = re.compile(r"(?mi)^#\s*escape\s*=\s*(\S)")

_HEREDOC = re.compile(r"<<(-?)(['\"]?)(\w+)\2")


class Instruction(NamedTuple):
    """One instruction, and the line where it begins."""

    name: str
    rest: str
    line: int

    @property
    def items(self) -> list[str] | None:
        """The items of a list; ``None`` for a shell line."""
        if not self.rest.startswith("["):
            return None
        try:
            return list(map(str, json.loads(self.rest)))
        except ValueError:
            return None  # what is not JSON is a line for the shell


class Stage(NamedTuple):
    """The settings of an image after a stage and its base stages."""

    image: str = ""
    """The image that the first of these stages begins with."""
    env: dict[str, str] = {}
    entrypoint: Instruction | None = None
    cmd: Instruction | None = None
    has_own_cmd: bool = False
    """Whether its CMD is its own, and not that of the image it begins with."""
    shell: tuple[str, ...] = SHELL
    copied: Copied = Copied()

    @property
    def run(self) -> list[Instruction]:
        """What is run: with an ENTRYPOINT that is a shell line, Docker ignores CMD."""
        given = [each for each in (self.entrypoint, self.cmd) if each is not None]
        return given[:1] if given and given[0].items is None else given


def stage_of(text: str, given: Mapping[str, str], target: str, path: Path) -> Stage:
    """The stage that is built; ``given`` are the variables that it runs with.

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
            stage = stages.get(base, Stage(base))._replace(has_own_cmd=False)
            arguments = {}
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
    """The base and the name of a stage."""
    words = [word for word in expand(rest, arguments).split() if word[:2] != "--"]
    named = len(words) == 3 and words[1].lower() == "as"
    return words[0] if words else "", words[2] if named else "0"


def _after(stage: Stage, each: Instruction) -> Stage:
    """The settings of a stage after an instruction."""
    if each.name == "ENTRYPOINT":
        # A new ENTRYPOINT discards the CMD of the base image, not that of its stage:
        # https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
        cmd = stage.cmd if stage.has_own_cmd else None
        return stage._replace(entrypoint=each if each.items != [] else None, cmd=cmd)
    if each.name == "CMD":
        cmd = each if each.items != [] else None
        return stage._replace(cmd=cmd, has_own_cmd=True)
    if each.name == "SHELL" and each.items:
        return stage._replace(shell=tuple(each.items))
    if each.name == "WORKDIR":
        folder = _place(stage, each.rest)
        return stage._replace(copied=stage.copied._replace(folder=folder))
    if each.name in ("COPY", "ADD"):
        sources = (*stage.copied.sources, *_copied(stage, each))
        return stage._replace(copied=stage.copied._replace(sources=sources))
    return stage


def _place(stage: Stage, text: str) -> str:
    """A folder of an image, from the words in an instruction."""
    place = expand(text.strip(), stage.env).strip("'\"")
    return os.path.normpath(os.path.join(stage.copied.folder, place))


def _copied(stage: Stage, each: Instruction) -> Iterator[tuple[str, str]]:
    """What an instruction copies from beside the Dockerfile: places and sources."""
    words = each.items or each.rest.split()
    if any(word.startswith("--from") for word in words):
        return
    *sources, place = [word for word in words if not word.startswith("--")] or [""]
    for source in sources:
        # A source is below the folder that is built, even if it begins with a slash.
        yield _place(stage, place), source.lstrip("/") or "."


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions, with continued lines as one and without heredocs."""
    escape = _ESCAPE.search(text)
    lines = enumerate(text.splitlines(), start=1)
    for number, line in logical_lines(lines, escape[1] if escape else "\\"):
        name, _, rest = line.strip().partition(" ")
        if not name:
            continue
        body = []
        for dash, _, end in _HEREDOC.findall(rest) if name.upper() in _HEREDOCS else ():
            for _, inside in lines:
                inside = inside.lstrip("\t") if dash else inside
                if inside == end:
                    break
                body.append(inside)
        if body and name.upper() in ("CMD", "ENTRYPOINT"):
            rest = "\n".join(body)
        yield Instruction(name.upper(), rest.strip(), number)


_HEREDOCS = ("RUN", "COPY", "ADD", "CMD", "ENTRYPOINT")
"""Instructions that may read the following lines up to a mark."""


def assignments(rest: str, known: Mapping[str, str] = {}) -> dict[str, str]:
    """The variables of one ENV, in either spelling, filled in.

    All values of one instruction see only the variables from before it.
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
    """The defaults of one ARG.

    Without one of its own it has that of the ARG before the stages.
    """
    defaults = {}
    for word in shlex.split(_filled(rest, known)):
        name, equals, value = word.partition("=")
        defaults[name] = value if equals else before.get(name, known.get(name, ""))
    return defaults
