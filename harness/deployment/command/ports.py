"""Finds fixed ports in commands; a check has to choose the port itself."""

import re
import shlex
from collections.abc import Sequence

from harness.deployment.config import DeploymentFault
from harness.plan.server_options import given_options

PORT = "{port}"
"""Stands for the port that the check chooses."""

_ADDRESSES = frozenset(
    {"-b", "--bind", "--listen", "--http", "--http-socket", "--socket", "--port", "-p"}
)
"""Options of servers that name a port; some take a number alone."""
_LITERAL = re.compile(r"^(?P<host>[\w.*\[\]:-]*:)?(?P<port>(?<=:)\d{2,5}|\d{4,5})$")


def literal_port(words: Sequence[str]) -> tuple[str, str] | None:
    """The word of a command that names a port, and the port; nothing without one."""
    for place, value in given_options(words, _ADDRESSES):
        if match := _LITERAL.match(value.strip()):
            return words[place[-1]], match["port"]
    return None


def instead_of(word: str, port: str, place: str) -> str:
    """A replacement for a word that names a port."""
    other = place.join((word[: -len(port)], ""))
    return f"write `{other}` in place of `{word}`"


def in_a_line(instruction: str, words: Sequence[str], fixed: str, port: str) -> str:
    """The shell line to write in a Dockerfile in place of a list with variables."""
    filled = fixed.strip()[: -len(port)] + f"${{PORT:-{port}}}"
    line = " ".join(filled if word == fixed else shlex.quote(word) for word in words)
    both = " and CMD" if instruction == "ENTRYPOINT" else ""
    return (
        f"write `{instruction} exec {line}` in place of the list of "
        f"{instruction}{both}: variables are filled in only in a line"
    )


def check_port(key: str, words: Sequence[str], as_list: str = "") -> None:
    """Raise ``DeploymentFault`` if a command names a fixed port.

    ``as_list`` is the instruction of a Dockerfile that has the command as a list.
    """
    literal = literal_port(words)
    if literal is None or any(PORT in word for word in words):
        return
    word, port = literal
    remedy = instead_of(word, port, f"${{PORT:-{port}}}")
    if as_list:
        remedy = in_a_line(as_list, words, word, port)
    raise DeploymentFault(key, f"listens on port {port} whatever $PORT is; {remedy}")
