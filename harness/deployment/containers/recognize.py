"""Which commands start containers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import PurePath

from harness.deployment.containers.mounts import ContainerRefused

DOCKER = frozenset({"docker", "docker-compose"})

OTHERS = frozenset({"podman", "podman-compose", "nerdctl", "buildah", "finch"})
"""Programs that start containers by other engines."""

WRAPPERS = frozenset(
    {"sudo", "doas", "env", "nice", "timeout", "time", "nohup", "setsid", "stdbuf"}
    | {"exec", "command", "ionice", "chrt", "xargs", "script", "unbuffer"}
)
"""Programs that start another one, which they are given."""

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})


def starts_containers(words: Sequence[str]) -> bool:
    """Whether a command starts containers, as far as it can be read."""
    names = [PurePath(each).name for each in words]
    known = DOCKER | OTHERS
    if names[:1] and names[0] in known:
        return True
    return names[:1] != [] and names[0] in WRAPPERS and bool(known & set(names[1:]))


_VARIABLE = re.compile(
    r"\$\(pwd\)|`pwd`|\$(?P<plain>\w+)|\$\{(?P<name>\w+)(?::?-(?P<default>[^}$`]*))?\}"
)

_IN_SINGLE_QUOTES = re.compile(r"'[^']*[$`][^']*'")

_PLAIN = re.compile(r"[{}\w./:@%+,=~-]*")
"""A value that means the same to a shell, in quotes and without."""


def filled_in(line: str, variables: Mapping[str, str], folder: PurePath) -> str:
    """A line for a shell with its plain variables, and with the folder it runs in.

    Whatever is more than that stays as it is.
    """

    def value(found: re.Match[str]) -> str:
        name = found["plain"] or found["name"] or "PWD"
        default = found["default"] or ""
        given = str(folder) if name == "PWD" else variables.get(name) or default
        return given if _PLAIN.fullmatch(given) else found[0]

    return line if _IN_SINGLE_QUOTES.search(line) else _VARIABLE.sub(value, line)


def unwrapped(
    words: Sequence[str], variables: Mapping[str, str], folder: PurePath
) -> tuple[str, ...]:
    """A command without a shell that does nothing but start it.

    Raises ``ContainerRefused`` for a shell that starts containers otherwise.
    """
    if not words or PurePath(words[0]).name not in SHELLS or len(words) < 3:
        return tuple(words)
    option, line = words[1], filled_in(words[2], variables, folder)
    if not option.startswith("-") or "c" not in option:
        return tuple(words)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        inner = list(lexer)
    except ValueError:
        return tuple(words)  # the shell says so
    names = {PurePath(each).name for each in inner}
    if not names & (DOCKER | OTHERS):
        return tuple(words)
    plain = not any(set(each) <= set("();<>|&") or "$" in each for each in inner)
    inner = inner[1:] if inner[0] == "exec" else inner
    if plain and "`" not in line and PurePath(inner[0]).name in DOCKER | OTHERS:
        return tuple(inner)
    if plain and not starts_containers(inner):
        return tuple(words)  # such a word is an argument of something else
    raise ContainerRefused(
        "starts containers by way of a shell; write the `docker run …` or `docker "
        "compose … up` alone"
    )
