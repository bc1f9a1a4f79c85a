"""A setting that helps determine how many requests a server takes at once."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.plan.server_options import last_value


class CannotDerive(Exception):
    """What a command declares cannot be derived; the message says why."""


class Refused(CannotDerive):
    """The server would not start with such a command; the message says why."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__("; ".join(filter(None, (problem, remedy))))
        self.problem = problem
        self.remedy = remedy
        """What to change; empty if that is not known."""


class Setting(NamedTuple):
    """A setting that helps determine the number."""

    value: int | str
    source: str
    """Where the value comes from, in words; empty for the server's default."""
    file: Path | None = None
    line: int = 0


COMMAND_LINE = "the command line"
"""The source of a setting that is a word of the command."""

IN_CODE = "the code that starts it"
"""The source of a setting that a script gives its server."""


def option(words: Sequence[str], *names: str) -> Setting | None:
    """The last value of an option on a command line."""
    last = last_value(words, names)
    return None if last is None else Setting(last, COMMAND_LINE)


_FILLED_IN_LATER = re.compile(r"\$|%\(|\{\{")
"""How variables begin, also those of supervisord and of templates."""


def positive(setting: Setting, name: str) -> int:
    """A setting as a positive number. Raises ``CannotDerive``."""
    if _FILLED_IN_LATER.match(str(setting.value)):
        raise CannotDerive(f"{name} depends on {setting.value}")
    try:
        value = int(setting.value)
    except ValueError:
        raise CannotDerive(f"{name} is not a number: {setting.value!r}") from None
    if value < 1:
        raise CannotDerive(f"{name} is {value}; it is not known what that means here")
    return value
