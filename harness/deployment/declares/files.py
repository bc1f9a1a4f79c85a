"""The kinds of files that start a server, and how to read command lines from them.

Each reader yields what it finds; to read another kind of file, such as that of a
platform, add a reader and its patterns to ``READERS``.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from harness.deployment import procfile
from harness.deployment.dockerfile_stages import assignments
from harness.deployment.dockerfile_stages import instructions
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.deployment.python_source import assigned
from harness.deployment.python_source import parsed
from harness.deployment.shell import StartLine

Reader = Callable[[Path, str], Iterator[StartLine]]

_CONCURRENCY = re.compile(r"(?:workers|threads|worker_connections|worker_class)\b")


def _procfile(path: Path, text: str) -> Iterator[StartLine]:
    for line in procfile.lines(text):
        yield StartLine(line.number, line.name, line.text)


def _dockerfile(path: Path, text: str) -> Iterator[StartLine]:
    """The command of the last stage, which is the one that an image starts."""
    last: dict[str, tuple[int, str]] = {}
    variables: dict[str, str] = {}
    for instruction, rest, number in instructions(text):
        if instruction == "FROM":
            last.clear()
        elif instruction in ("ENV", "ARG"):
            try:
                variables |= assignments(rest)
            except ValueError:
                continue
        last[instruction] = number, _as_text(rest)
    run = [last[each] for each in ("ENTRYPOINT", "CMD") if each in last]
    if run:
        what = " ".join(each for each in ("ENTRYPOINT", "CMD") if each in last)
        whole = " ".join(text for _, text in run)
        yield StartLine(run[-1][0], what, whole, variables)


def _as_text(rest: str) -> str:
    """A list of words as a shell line."""
    try:
        return shlex.join(map(str, json.loads(rest))) if rest[:1] == "[" else rest
    except ValueError:
        return rest


def _compose(path: Path, text: str) -> Iterator[StartLine]:
    """The services of a Compose file that have a command of their own."""
    try:
        roots = from_yaml(text)
    except NotReadable:
        return
    for name, service in (each for root in roots for each in find(root, "services.*")):
        parts = service.items
        run = [parts[key] for key in ("entrypoint", "command") if key in parts]
        if run:
            words = " ".join(map(_words, run)).replace("$$", "$")
            variables = _environment(parts.get("environment"))
            yield StartLine(run[-1].line, f"service {name}", words, variables)


def _words(node: Node) -> str:
    return node.text or shlex.join(each.text for each in node.list)


def _environment(node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    pairs = (each.text.partition("=") for each in node.list)
    listed = {name: value for name, equals, value in pairs if equals}
    return {**listed, **{name: each.text for name, each in node.items.items()}}


def _gunicorn(path: Path, text: str) -> Iterator[StartLine]:
    tree = parsed(path)
    names = assigned(tree) if tree else {}
    lines = [value.lineno for k, value in names.items() if _CONCURRENCY.match(k)]
    if lines:
        yield StartLine(min(lines), "", shlex.join(["gunicorn", "-c", path.name]))


def _uwsgi(path: Path, text: str) -> Iterator[StartLine]:
    lines = text.splitlines()
    if "[uwsgi]" in (line.strip() for line in lines):
        numbers = (n for n, line in enumerate(lines, 1) if _PROCESSES.match(line))
        command = shlex.join(["uwsgi", "--ini", path.name])
        yield StartLine(next(numbers, 1), "", command)


_PROCESSES = re.compile(r"\s*(?:processes|workers|threads|gevent)\s*=")


def _supervisor(path: Path, text: str) -> Iterator[StartLine]:
    for name, settings in _sections(text):
        if name.startswith("program:") and "command" in settings:
            line, command = settings["command"]
            _, variables = settings.get("environment", (0, ""))
            _, times = settings.get("numprocs", (0, "1"))
            yield StartLine(
                line,
                name.replace(":", " "),
                command.replace("%%", "%"),
                _pairs(variables.replace(",", " ")),
                int(times) if times.isdecimal() else 1,
            )


def _unit(path: Path, text: str) -> Iterator[StartLine]:
    """The command of a systemd unit."""
    variables: dict[str, str] = {}
    for name, settings in _sections(text, several=("Environment",)):
        if name == "Service" and "ExecStart" in settings:
            variables |= _pairs(settings.get("Environment", (0, ""))[1])
            line, command = settings["ExecStart"]
            yield StartLine(line, "ExecStart", command.lstrip("@-:+!"), variables)


def _sections(
    text: str, several: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, tuple[int, str]]]]:
    """The sections of an ini file: each setting with its line.

    What is given ``several`` times is joined.
    """
    name, settings = "", dict[str, tuple[int, str]]()
    key = ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if not words or words.startswith(("#", ";")):
            continue
        if words.startswith("[") and words.endswith("]"):
            yield name, settings
            name, settings, key = words[1:-1], {}, ""
        elif key and (line[0].isspace() or settings[key][1].endswith("\\")):
            at, before = settings[key]
            settings[key] = at, f"{before.removesuffix(chr(92))} {words}"
        elif "=" in words:
            key, value = (each.strip() for each in words.split("=", 1))
            if key in several and key in settings:
                value = f"{settings[key][1]} {value}"
            settings[key] = number, value
    yield name, settings


def _pairs(text: str) -> dict[str, str]:
    try:
        words = shlex.split(text)
    except ValueError:
        return {}
    return dict(each.split("=", 1) for each in words if "=" in each)


def _deployments(path: Path, text: str) -> Iterator[StartLine]:
    """The commands of a file of deployments.

    What it takes from a Procfile or a Dockerfile is a place there.
    """
    try:
        (root,) = from_toml(text)
    except NotReadable:
        return
    for name, deployment in find(root, DEPLOYMENTS[path.name]):
        for at, each in enumerate(deployment.list):
            parts = each.items
            if "command" in parts:
                variables = _environment(parts.get("env"))
                command = parts["command"]
                named = parts["name"].text if "name" in parts else f"{name}{at + 1}"
                yield StartLine(command.line, named, command.text, variables)


DEPLOYMENTS = {
    "concurrency.toml": "deployment",
    "pyproject.toml": "tool.flask-concurrency.deployment",
}
"""Files that say what ``check`` measures, and where in them."""


def _shell(path: Path, text: str) -> Iterator[StartLine]:
    yield StartLine(1, "", text)


READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("Procfile", "Procfile.*"), _procfile),
    (("Dockerfile", "Dockerfile.*", "*.dockerfile", "Containerfile"), _dockerfile),
    (("compose*.y*ml", "docker-compose*.y*ml"), _compose),
    (("gunicorn*.py", "*gunicorn.py", "gunicorn_conf*"), _gunicorn),
    (("*.ini",), _uwsgi),
    (("supervisord*.conf", "supervisor*.ini", "supervisor*.conf"), _supervisor),
    (("*.service",), _unit),
    (tuple(DEPLOYMENTS), _deployments),
    (("*.sh", "entrypoint", "start", "run"), _shell),
)
"""Readers, by the names of files."""


def reader_of(name: str) -> Reader | None:
    """The function that reads a file of this name; ``None`` if there is none."""
    for patterns, reader in READERS:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return reader
    return None
