"""Recognizes commands that start containers."""

import itertools
import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import PurePath

from harness.deployment.containers.compose_command import leading_options
from harness.deployment.containers.compose_command import OPTIONS_WITH_VALUE
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.plan.wrappers import SHELLS

DOCKER = frozenset({"docker", "docker-compose"})

OTHERS = frozenset(
    {"podman", "podman-compose", "nerdctl", "buildah", "finch"}
    | {"devcontainer", "kubectl", "minikube", "skaffold", "tilt"}
)
"""Programs that start containers of other engines."""

WRAPPERS = frozenset(
    {"sudo", "doas", "env", "nice", "timeout", "time", "nohup", "setsid", "stdbuf"}
    | {"exec", "command", "ionice", "chrt", "xargs", "script", "unbuffer"}
)
"""Programs that start the command in their arguments."""

ENDING = frozenset({"rm", "stop", "kill", "down", "restart", "prune", "rmi", "remove"})
"""Commands that stop or remove what is in an engine."""


def starts_containers(words: Sequence[str]) -> bool:
    """Whether a command starts containers, as far as it can be read."""
    names = [PurePath(word).name for word in words]
    known = DOCKER | OTHERS
    if names[:1] and names[0] in known:
        return True
    return names[:1] != [] and names[0] in WRAPPERS and bool(known & set(names[1:]))


_VARIABLE = re.compile(
    r"\$\(pwd\)|`pwd`|\$(?P<plain>\w+)|\$\{(?P<name>\w+)(?::?-(?P<default>[^}$`]*))?\}"
)

_PARTS = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\]+|.""", re.DOTALL)
"""Parts of a line: in single quotes, in double quotes, and unquoted."""

_AS_IT_STANDS = str.maketrans("$`", "\0\1")
_AGAIN = str.maketrans("\0\1", "$`")
"""Marks that a shell would fill in, and their placeholders in single quotes."""

_PLAIN = re.compile(r"[{}\w./:@%+,=~-]*")
"""A value that means the same to a shell with and without quotes."""


def filled_in(line: str, variables: Mapping[str, str], folder: PurePath) -> str:
    """Fill in the plain variables of a shell line, and find the folder it runs in.

    Anything more stays as it is; in single quotes, placeholders stand for it.
    """

    def value(found: re.Match[str]) -> str:
        name = found["plain"] or found["name"] or "PWD"
        default = found["default"] or ""
        given = str(folder) if name == "PWD" else variables.get(name) or default
        return given if _PLAIN.fullmatch(given) else found[0]

    parts = _PARTS.findall(line)
    return "".join(
        part.translate(_AS_IT_STANDS)
        if part.startswith("'")
        else _VARIABLE.sub(value, part)
        for part in parts
    )


def unwrapped(
    words: Sequence[str], variables: Mapping[str, str], folder: PurePath
) -> tuple[str, ...]:
    """A command without the shell around it that only starts it.

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
        return tuple(each.translate(_AGAIN) for each in inner)
    if plain and not starts_containers(inner):
        return tuple(words)  # such a word is an argument of something else
    raise _refused_line(inner)


def _refused_line(words: Sequence[str]) -> ContainerRefused:
    """The error about a shell line that runs commands of an engine."""
    commands = list(_commands(words))
    for program, verbs in commands:
        if ending := ENDING & set(verbs):
            before = verbs[: 1 + min(map(verbs.index, ending))]
            command = " ".join((program, *before))
            return ContainerRefused(Refusal.ENDS_OTHERS_TOO, command=command)
    if any("build" in verbs[:2] for _, verbs in commands):
        return ContainerRefused(Refusal.BUILDS)
    return ContainerRefused(Refusal.BY_A_SHELL)


def _commands(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The commands of engines in a line, each without its options."""
    for index, word in enumerate(words):
        if (name := PurePath(word).name) not in DOCKER | OTHERS:
            continue
        verbs = list(itertools.takewhile(_is_plain, words[index + 1 :]))
        yield name, [verb for verb in verbs if not verb.startswith("-")][:2]


def _is_plain(word: str) -> bool:
    """Whether a word belongs to the same command as the word before it."""
    return not set(word) <= set("();<>|&")


def refused_command(words: Sequence[str]) -> ContainerRefused:
    """The error about a Docker command that cannot be checked."""
    if tuple(words[:1]) == ("compose",):  # values of its options are no commands
        options = leading_options(words[1:], OPTIONS_WITH_VALUE)
        words = ["compose", *words[1 + len(options) :]]
    plain = [word for word in words if not word.startswith("-")]
    if set(plain[:2]) & ENDING:
        return ContainerRefused(Refusal.ENDS_OTHERS)
    if plain[:2] == ["compose", "run"] and len(plain) > 2:
        return ContainerRefused(Refusal.COMPOSE_RUN)
    if plain[:2] == ["stack", "deploy"]:
        return ContainerRefused(Refusal.STACK)
    return ContainerRefused(Refusal.OTHER_COMMAND)
