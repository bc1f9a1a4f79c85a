"""Knows where the words of a deployment's command come from: the file itself, a
Procfile or a Dockerfile; must not know what any of the words means to a server.

Of a shell only variables are understood. What needs a real one is refused: between the
harness and the server there would be a process whose end says nothing.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.config import Configured
from harness.deployment.config import Deployment

PROCFILE = "Procfile"
PORT = "{port}"

_VARIABLE = re.compile(
    r"\$(?:(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\})"
)
_RUN = ("ENTRYPOINT", "CMD")
"""Instructions of a Dockerfile that a command is made of, in its order."""
_OPERATORS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})


_ADDRESSES = frozenset(
    {"-b", "--bind", "--listen", "--http", "--http-socket", "--socket", "--port", "-p"}
)
"""Options of servers that name a port; some take a number alone."""
_LITERAL = re.compile(r"^(?P<host>[\w.*\[\]:-]*:)?(?P<port>(?<=:)\d{2,5}|\d{4,5})$")


class CommandLine(NamedTuple):
    """A command with placeholders, and where it was found."""

    words: tuple[str, ...]
    env: dict[str, str]
    """Variables for the server, with placeholders too."""
    path: Path | None
    line: int
    """Where the command stands, for remarks on it; an option stands in no file."""


def command_line(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    """The words that start a deployment. Raises ``UsageError``."""
    if deployment.command is not None:
        words = _split(configured, deployment, "command", deployment.command)
        line = configured.line(deployment, "command")
        return CommandLine(words, dict(deployment.env), configured.path, line)
    # Both promise their processes the port in PORT: Heroku, Cloud Run and others.
    env = {"PORT": PORT, **deployment.env}
    if deployment.procfile is not None:
        return _from_procfile(configured, deployment, {**caller, **env}, env)
    return _from_dockerfile(configured, deployment, caller, env)


def _split(
    configured: Configured, deployment: Deployment, key: str, text: str
) -> tuple[str, ...]:
    try:
        words = shlex.split(text, comments=False)
    except ValueError as problem:
        raise configured.fault(
            deployment, key, f"cannot be split into words: {problem}; check its quotes"
        ) from None
    if found := sorted(_OPERATORS.intersection(words)):
        raise configured.fault(
            deployment,
            key,
            f"{found[0]} needs a shell, and none is started; write the command of the "
            "server alone, or a script that ends with exec",
        )
    return tuple(words[1:] if words[:1] == ["exec"] else words)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``$NAME``, ``${NAME}`` and ``${NAME:-default}`` as a shell does."""

    def value(found: re.Match[str]) -> str:
        name = found["name"] or found["braced"]
        return variables.get(name) or found["default"] or ""

    return _VARIABLE.sub(value, text)


# ------------------------------------------------------------------ ports of its own


def literal_port(words: Sequence[str]) -> tuple[str, str] | None:
    """The word in which a command names a port, and the port; nothing without one."""
    for before, word in zip(("", *words), words, strict=False):
        option, equals, value = word.partition("=")
        glued = word[:2] if word[:2] in _ADDRESSES and not equals else ""
        if equals and option in _ADDRESSES:
            found = _LITERAL.match(value)
        elif glued and len(word) > 2:
            found = _LITERAL.match(word[2:])
        else:
            found = _LITERAL.match(word) if before in _ADDRESSES else None
        if found:
            return word, found["port"]
    return None


def instead_of(word: str, port: str, place: str) -> str:
    """What to write in place of a word that names a port."""
    other = place.join((word[: -len(port)], ""))
    return f"write `{other}` in place of `{word}`"


def _check_port(
    configured: Configured,
    deployment: Deployment,
    key: str,
    words: Sequence[str],
    more: str = "",
) -> None:
    """Raise ``UsageError`` when a command names a port of its own and no other."""
    found = literal_port(words)
    if found is None or any(PORT in word for word in words):
        return
    word, port = found
    raise configured.fault(
        deployment,
        key,
        f"listens on port {port} whatever $PORT is; "
        f"{instead_of(word, port, f'${{PORT:-{port}}}')}{more}",
    )


# -------------------------------------------------------------------------- Procfile


def _from_procfile(
    configured: Configured,
    deployment: Deployment,
    variables: Mapping[str, str],
    env: dict[str, str],
) -> CommandLine:
    path = configured.folder / PROCFILE
    lines = _read(configured, deployment, "procfile", path).splitlines()
    names = []
    for number, line in enumerate(lines, start=1):
        name, colon, text = line.partition(":")
        if colon and name.strip() == deployment.procfile:
            words = _split(configured, deployment, "procfile", expand(text, variables))
            _check_port(configured, deployment, "procfile", words)
            return CommandLine(words, env, path, number)
        names += [name.strip()] if colon and not line.startswith("#") else []
    raise configured.fault(
        deployment,
        "procfile",
        f"{path} has no line {deployment.procfile}; it has: {', '.join(names)}",
    )


def _read(configured: Configured, deployment: Deployment, key: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise configured.fault(
            deployment, key, f"{path} cannot be read: {problem}; check the path"
        ) from None


# ------------------------------------------------------------------------ Dockerfile


def _from_dockerfile(
    configured: Configured,
    deployment: Deployment,
    caller: Mapping[str, str],
    env: dict[str, str],
) -> CommandLine:
    path = configured.folder / str(deployment.dockerfile)
    found: dict[str, tuple[str, int]] = {}
    variables: dict[str, str] = {}
    text = _read(configured, deployment, "dockerfile", path)
    for number, instruction, rest in _instructions(text):
        if instruction == "FROM":
            found.clear()  # a new stage; what it begins with is in an image
        elif instruction == "ENV":
            variables |= _assignments(rest)
        found[instruction] = rest, number
    if not set(_RUN) & set(found):
        raise configured.fault(
            deployment, "dockerfile", f"{path} has no CMD; write command instead"
        )
    env = {**variables, **env}
    words: list[str] = []
    for instruction in _RUN:
        if instruction in found:
            rest = found[instruction][0]
            words += _docker_words(configured, deployment, rest, {**caller, **env})
    listed = any(found[each][0].startswith("[") for each in found if each in _RUN)
    more = (
        ", in a line without brackets: a list is not filled in, and "
        "`CMD exec gunicorn …` is"
    )
    _check_port(configured, deployment, "dockerfile", words, more if listed else "")
    line = found.get("CMD", found.get("ENTRYPOINT", ("", 1)))[1]
    return CommandLine(tuple(words), env, path, line)


def _instructions(text: str) -> list[tuple[int, str, str]]:
    """Line number, instruction and rest, with continued lines as one."""
    found, begun, whole = [], 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not (line.strip() or whole):
            continue
        begun = begun if whole else number
        whole += line.rstrip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\"):
            instruction, _, rest = whole.strip().partition(" ")
            found.append((begun, instruction.upper(), rest.strip()))
            whole = ""
    return found


def _assignments(rest: str) -> dict[str, str]:
    """The variables of one ENV, in the newer spelling or the older."""
    words = shlex.split(rest)
    if words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return dict(word.split("=", 1) for word in words if "=" in word)


def _docker_words(
    configured: Configured,
    deployment: Deployment,
    rest: str,
    variables: Mapping[str, str],
) -> tuple[str, ...]:
    if rest.startswith("["):
        try:
            return tuple(map(str, json.loads(rest)))
        except ValueError:
            pass  # what is no JSON is a line for the shell
    return _split(configured, deployment, "dockerfile", expand(rest, variables))
