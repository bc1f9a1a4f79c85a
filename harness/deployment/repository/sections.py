"""Reads files with sections: those of uWSGI, supervisord, circus and systemd."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.shell import StartLine
from harness.deployment.command.shell import words_in
from harness.records.files import text_if_there


def ini_file(path: Path, text: str) -> Iterator[StartLine]:
    """A file of uWSGI, of supervisord or of circus."""
    yield from uwsgi_file(path, text)
    yield from supervisor_file(path, text)


def uwsgi_file(path: Path, text: str) -> Iterator[StartLine]:
    """A file of uWSGI, by its section."""
    lines = text.splitlines()
    if "[uwsgi]" in (line.strip() for line in lines):
        numbers = (n for n, line in enumerate(lines, 1) if _PROCESSES.match(line))
        command = shlex.join(["uwsgi", "--ini", path.name])
        yield StartLine(next(numbers, 1), "", command)


_PROCESSES = re.compile(r"\s*(?:processes|workers|threads|gevent)\s*=")


def conf_file(path: Path, text: str) -> Iterator[StartLine]:
    """A drop-in of systemd, or a file of supervisord."""
    return (unit_file if _is_drop_in(path) else supervisor_file)(path, text)


def supervisor_file(path: Path, text: str) -> Iterator[StartLine]:
    """The programs of supervisord, or the watchers of circus."""
    for name, settings in _sections(text):
        key = {"program": "command", "watcher": "cmd"}.get(name.partition(":")[0], "")
        if ":" in name and key in settings:
            line, command = settings[key]
            _, variables = settings.get("environment", (0, ""))
            number = "numprocesses" if key == "cmd" else "numprocs"
            _, times = settings.get(number, (0, "1"))
            yield StartLine(
                line,
                name.replace(":", " "),
                command.replace("%%", "%"),  # supervisord fills in %(name)s
                _pairs(variables.replace(",", " ")),
                int(times) if times.isdecimal() else 1,
            )


def _is_drop_in(path: Path) -> bool:
    """Whether a file adds to a unit, such as ``shop.service.d/override.conf``."""
    return path.parent.name.endswith(".service.d")


def unit_file(path: Path, text: str) -> Iterator[StartLine]:
    """The command of a systemd unit or a drop-in, if no later drop-in has another."""
    unit = path.parent.with_suffix("") if _is_drop_in(path) else path
    drop_ins = sorted(unit.with_name(f"{unit.name}.d").glob("*.conf"))
    variables: dict[str, str] = {}
    last, started = unit, StartLine(0, "", "")
    for each in (unit, *drop_ins):  # in the order in which systemd reads them
        for name, settings in _sections(
            text_if_there(each), ("Environment", "EnvironmentFile")
        ):
            if name in UNITS:
                variables |= _pairs(settings.get("Environment", (0, ""))[1])
                _, files = settings.get("EnvironmentFile", (0, ""))
                variables |= _of_files(each, files.split())
                line, command = settings.get(UNITS[name], (0, ""))
                if line:
                    # Signs in front of a command change how systemd runs it:
                    # https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
                    command = command.lstrip("@-:+!")
                    last, started = each, StartLine(line, UNITS[name], command)
    if started.text and last == path:
        yield started._replace(variables=variables)


UNITS = {"Service": "ExecStart", "Container": "Exec"}
"""The key of a command, by the section of a unit; Podman's have containers."""


def _of_files(unit: Path, names: list[str]) -> dict[str, str]:
    """The variables in files beside a unit, or one folder above it."""
    variables: dict[str, str] = {}
    for name in names:
        for folder in (unit.parent, unit.parent.parent):
            if (path := folder / Path(name.removeprefix("-")).name).is_file():
                variables |= _pairs(text_if_there(path))
                break
    return variables


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
    words = words_in(text, comments="\n" in text)
    return dict(word.split("=", 1) for word in words if "=" in word)
