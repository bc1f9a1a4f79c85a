"""Reads a command as people type it: its program, arguments and variables."""

import re
import shlex
from pathlib import PurePath

import msgspec

from harness.plan.server_options import ServerOption
from harness.plan.wrappers import after_assignments
from harness.plan.wrappers import ASSIGNMENT
from harness.plan.wrappers import IS_PYTHON
from harness.plan.wrappers import is_wrapper
from harness.plan.wrappers import run_by_python
from harness.plan.wrappers import ServerCommand
from harness.plan.wrappers import SHELLS
from harness.plan.wrappers import unwrapped

SHELL = re.compile(r"[|;&<>`\n]|\$\(")
VARIABLE = re.compile(r"\$\{?(\w+)")
PASTED = re.compile(
    r"(?:CMD|ENTRYPOINT)\s+|(?:web|command|startCommand|Start Command)\s*:\s*"
    r"|ExecStart\s*=\s*[-@:+!]*"
)
"""Words that precede a command in the files that people copy from: a Dockerfile, a
Procfile, a Compose or platform file, a systemd unit."""
RUN_BY_SHELL = re.compile(r"-[a-z]*c")


class Cannot(Exception):
    """Raised if it is unknown what a command declares; the message says why."""


def split(text: str) -> ServerCommand:
    """The server program, its arguments and variables. Raises ``Cannot``."""
    text = text.strip().replace("\\\n", " ")
    if pasted := PASTED.match(text):
        text = text[pasted.end() :]
    rest = _listed(text) if text.startswith("[") else _shell_words(text)
    variables: dict[str, str] = {}
    while rest:
        name = PurePath(rest[0]).name
        if is_wrapper(name) or ASSIGNMENT.match(rest[0]):
            rest, assigned = after_assignments(rest)
            rest, given = unwrapped(rest)
            variables |= assigned | given
        elif name in SHELLS and RUN_BY_SHELL.fullmatch("".join(rest[1:2])):
            inner = split("".join(rest[2:3]))
            return inner._replace(variables={**variables, **inner.variables})
        elif IS_PYTHON.match(name):
            if not (rest := run_by_python(rest[1:])):
                raise Cannot(
                    "Only running a Python script shows what it starts: measure it "
                    "with flask-concurrency check."
                )
        else:
            return ServerCommand(name, tuple(rest[1:]), variables)
    raise Cannot("There is no command.")


def _listed(text: str) -> list[str]:
    """The words of a list in the form of a Dockerfile. Raises ``Cannot``."""
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise Cannot("It begins like a list of words, but is not one.") from None


def _shell_words(text: str) -> list[str]:
    """The words of a line. Raises ``Cannot``."""
    if SHELL.search(text):
        raise Cannot(
            "This is a shell line, and only running it shows what it starts: "
            "give the command of the server alone, or measure the line with "
            "flask-concurrency check."
        )
    try:
        return shlex.split(text)
    except ValueError:
        raise Cannot("Its quotes do not match.") from None


def value(option: ServerOption, command: ServerCommand) -> int | str | None:
    """The value that a command gives an option, if it does. Raises ``Cannot``."""
    text = option.given_in(command.arguments)
    if text is None and (variable := option.set_by(command.variables)):
        text = command.variables[variable]
    if text is None:
        return None
    if open_ended := VARIABLE.search(text):
        raise Cannot(f"It depends on the variable {open_ended[1]}.")
    if option.word:
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Cannot(f"{option.names[0]} is not a number that is possible here: {text}")
    return int(text)
