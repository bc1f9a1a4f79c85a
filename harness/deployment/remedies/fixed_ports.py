"""Finds remedies for a server that listens on a fixed port.

A remedy keeps production as it is: where the port was fixed, it stays the default.
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.address import UWSGI_ADDRESSES
from harness.deployment.command.ports import in_a_line
from harness.deployment.command.ports import instead_of
from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_words
from harness.deployment.command.shell import CommandLine
from harness.deployment.command.shell import words_in
from harness.deployment.declared.promise import Promise
from harness.deployment.remedies.fixed_in_files import in_files
from harness.deployment.remedies.fixed_in_files import variable_of

HANDED_ON = 'env = { PORT = "{port}" }'
"""The key that gives the check's port to an app that reads it from a variable."""


def remedy_for_port(
    command: CommandLine, promise: Promise | None, ports: Iterable[int], folder: Path
) -> str:
    """What to write so that a server listens on the port of the check."""
    for port in map(str, sorted(ports)):
        if remedy := _in_command(command, port) or _in_settings(command, promise, port):
            return remedy
        if name := variable_of(command.words, port, folder):
            if name not in command.env:
                return f'give it the port: env = {{ {name} = "{{port}}" }}'
        if remedy := in_files(command.words, port, folder):
            return f"{remedy}{_handed_on(command)}"
        if remedy := _by_option(command, port):
            return remedy
    return (
        "let it take its port from the command (`{port}`), or from a variable: "
        + HANDED_ON
    )


_TAKEN = re.compile(
    r"(?:[Pp]ort |on the same address \(\S*:|"
    r"\(['\"][\w.:*]+['\"], )(?P<port>\d{2,5})\b"
)
_IS_TAKEN = re.compile(r"Connection in use|[Aa]ddress already in use|is in use by")


def taken_port(log: str) -> int | None:
    """The port that was taken, if the server's log says so."""
    if not _IS_TAKEN.search(log):
        return None
    ports = [int(each["port"]) for each in _TAKEN.finditer(log)]
    return ports[-1] if ports else None


def _in_command(command: CommandLine, port: str) -> str:
    for word in words_of(command.words):
        if re.search(rf"(?<!\d){port}$", word):
            if command.as_list:
                return in_a_line(command.as_list, command.words, word, port)
            place = "{port}" if command.key == "command" else f"${{PORT:-{port}}}"
            return instead_of(word, port, place)
    return ""


def words_of(words: Sequence[str]) -> Sequence[str]:
    """The words of a command, or of the line that it passes to a shell."""
    if len(words) < 3 or not words[-2].endswith("c"):
        return words
    return words_in(words[-1]) or words


def _in_settings(command: CommandLine, promise: Promise | None, port: str) -> str:
    """The remedy for a port in a configuration file of gunicorn or uWSGI."""
    settings = promise.settings if promise else {}
    bind = settings.get("bind")
    if bind is not None and bind.source:
        address = str(bind.value)
        host = address.removesuffix(port)
        option = _by_option(command, port)
        added = f"{option}, which goes before {bind.source}" if option else ""
        written = (
            f'write `bind = "{host}" + os.environ.get("PORT", "{port}")` in '
            f"{bind.source} (line {bind.line}; with `import os`){_handed_on(command)}"
        )
        return "; or ".join(filter(None, (added, written if bind.file else "")))
    for name in UWSGI_ADDRESSES:
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


def _by_option(command: CommandLine, port: str) -> str:
    """The options that set a server's port, if the command starts the server itself."""
    name, arguments = server_words(command.words)
    listening = KNOWN.get(name)
    if listening is None or "uwsgi" in name:
        return ""
    options = " ".join(listening.address)
    if command.key != "command":
        options = options.replace("{host}", "0.0.0.0").replace(
            "{port}", f"${{PORT:-{port}}}"
        )
    behind = " behind `run`" if name == "flask" else ""
    return f"add `{options}` to the command{behind}"


def _handed_on(command: CommandLine) -> str:
    """How to set the variable if the deployment does not set it yet."""
    if "{port}" in command.env.get("PORT", ""):
        return ""
    return f", and pass the port on: {HANDED_ON}"
