"""What to do about a server that listens on a port of its own.

A remedy keeps production as it is: where the port was fixed, it stays the default.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command import CommandLine
from harness.deployment.declared.promise import Promise
from harness.deployment.ports import in_a_line
from harness.deployment.ports import instead_of

HANDED_ON = 'env = { PORT = "{port}" }'
"""How a deployment gives the port of the check to what reads a variable."""

_UWSGI = ("http", "http-socket", "https", "https-socket", "socket", "uwsgi-socket")
_READ_BYTES = 100_000


def remedy_for(
    command: CommandLine, promise: Promise | None, ports: Iterable[int], folder: Path
) -> str:
    """What to write so that a server listens where the check wants it to."""
    for port in map(str, sorted(ports)):
        for remedy in (
            _in_command(command, port),
            _in_settings(command, promise, port),
            _in_script(command, port, folder),
        ):
            if remedy:
                return remedy
    return (
        "let it take its port from the command (`{port}`), or from a variable: "
        + HANDED_ON
    )


def _in_command(command: CommandLine, port: str) -> str:
    for word in words_of(command.words):
        if re.search(rf"(?<!\d){port}$", word):
            if command.as_list:
                return in_a_line(command.as_list, command.words, word, port)
            place = "{port}" if command.key == "command" else f"${{PORT:-{port}}}"
            return instead_of(word, port, place)
    return ""


def words_of(words: Sequence[str]) -> Sequence[str]:
    """The words of a command, or of the line that it gives to a shell."""
    if len(words) < 3 or not words[-2].endswith("c"):
        return words
    try:
        return shlex.split(words[-1])
    except ValueError:
        return words


def _in_settings(command: CommandLine, promise: Promise | None, port: str) -> str:
    """The remedy for a port in a configuration file of gunicorn or uWSGI."""
    settings = promise.settings if promise else {}
    bind = settings.get("bind")
    if bind is not None and bind.file is not None:
        address = str(bind.value)
        host = address.removesuffix(port)
        option = (
            "{host}:{port}"
            if command.key == "command"
            else f"0.0.0.0:${{PORT:-{port}}}"
        )
        return (
            f"add `--bind {option}` to the command, which goes before {bind.source}; "
            f'or write `bind = "{host}" + os.environ.get("PORT", "{port}")` there '
            f"(line {bind.line}; with `import os`){_handed_on(command)}"
        )
    for name in _UWSGI:
        setting = settings.get(name)
        if setting is None or setting.file is None:
            continue
        address = str(setting.value)
        if address.split(",")[0].endswith(f":{port}"):
            there = address.replace(f":{port}", ":$(PORT)", 1)
            return (
                f"write `{name} = {there}` in {setting.source} (line {setting.line})"
                f"{_handed_on(command)}; production then has to set PORT={port} too"
            )
    return ""


def _handed_on(command: CommandLine) -> str:
    """How to set the variable where it is not set yet."""
    if "{port}" in command.env.get("PORT", ""):
        return ""
    return f", and hand the port on: {HANDED_ON}"


def _in_script(command: CommandLine, port: str, folder: Path) -> str:
    """The remedy for a port in a script that the command starts, or in a Makefile."""
    words = [*command.words]
    if words[:1] == ["make"]:
        words = ["Makefile", "makefile"]
    for word in words:
        path = folder / word
        try:
            text = path.read_bytes()[:_READ_BYTES].decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(rf"(?<![\w.]){port}(?!\w)", line.partition("#")[0]):
                where = f"of `{port}` in {word}, line {number}"
                written = _written(path, text, port)
                return f"write `{written}` in place {where}{_handed_on(command)}"
    return ""


def _written(path: Path, text: str, port: str) -> str:
    """A port with a variable in front of it, in the language of a file."""
    first = text.partition("\n")[0]
    if path.suffix == ".py" or "python" in first:
        return f'int(os.environ.get("PORT", {port}))'
    if path.name.lower() == "makefile":
        return f"$(or $(PORT),{port})"
    return f"${{PORT:-{port}}}"
