"""Finds command lines in files whose format is not parsed.

Task runners, deployment tools and templates have commands in many formats. A server
with an app behind it on one line, such as ``serve = "gunicorn -w 2 shop:app"``, is
recognized in any of them; a list of requirements has no app.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.program import SERVERS
from harness.deployment.command.shell import logical_lines
from harness.deployment.command.shell import StartLine
from harness.deployment.repository.script import with_short_places

FILES = (
    *("Makefile", "makefile", "GNUmakefile", "*.mk", "justfile", "Justfile"),
    *(".justfile", "Taskfile.y*ml", "taskfile.y*ml", "Pipfile"),
    *("nixpacks.toml", "package.json", "deploy.y*ml", "deploy.*.y*ml", "*.j2"),
    *("startup.txt", "koyeb.y*ml", ".replit", "tasks.py", "fabfile.py", "dodo.py"),
    *("*.upstart",),
)
"""Servers whose commands are recognized line by line."""

SERVER = re.compile(
    r"""(?:^|(?<=[\s"'`=@;&({,-]))(?:[\w./{}-]*/)?"""
    rf"(?:{'|'.join(sorted(SERVERS - {'flask'}, key=len, reverse=True))})\s(?=.*\S)"
)
_APP = re.compile(
    r"\b[A-Za-z_][\w.]*:[A-Za-z_]\w*"
    r"|(?:^|\s)(?:-[bckw]|--bind|--config|--ini|--workers)[ =]"
)
_SET_BY_MAKE = re.compile(r"(?m)^(?:export )?(\w+) *[:?]?= *(\S+) *$")
_VARIABLE_OF_MAKE = re.compile(r"\$\$|\$\((\w+)\)")
_FOLDER_OF_TEMPLATES = re.compile(r"\{\{.*?\}\}/")
_MOVED = re.compile(r"\bcd [^\s;&|]+\s*(?:&&|;)")
_ENDS_OPTIONS = re.compile(r"^(\S+)\s+--\s")


def in_lines(path: Path, text: str) -> Iterator[StartLine]:
    """The lines of a file that start a server."""
    variables = dict(_SET_BY_MAKE.findall(text))
    for number, whole in logical_lines(enumerate(text.splitlines(), start=1)):
        line = with_short_places(_FOLDER_OF_TEMPLATES.sub("", whole))
        match = SERVER.search(line)
        if match is None or line.lstrip().startswith(("//", ";")):
            continue
        command = _to_the_quote(line, match.start()).rstrip("\\ ")
        if _APP.search(command):
            if moved := _MOVED.search(line, 0, match.start()):
                command = f"{moved[0]} {command}"
            command = _VARIABLE_OF_MAKE.sub(_for_a_shell, command)
            # start-stop-daemon separates a program from its arguments.
            command = _ENDS_OPTIONS.sub(r"\1 ", command)
            yield StartLine(number, "", command, variables)


def _to_the_quote(line: str, start: int) -> str:
    """The rest of a line, up to the quote that closes one in front of the command."""
    before = line[:start]
    for quote in "\"'`":
        if before.count(quote) % 2:
            inside = re.match(rf"(?:\\.|[^{quote}\\])*", line[start:])
            return re.sub(r"\\(.)", r"\1", inside[0]) if inside else ""
    return line[start:]


def _for_a_shell(found: re.Match[str]) -> str:
    """How a shell writes a variable of make."""
    return f"${{{found[1]}}}" if found[1] else "$"
