"""Lines for a shell, of which only words and variables are understood.

What needs a real shell is refused: between the harness and the server there would be a
process whose end says nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from harness.deployment.config import DeploymentFault

_VARIABLE = re.compile(
    r"\$(?:(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\})"
)
_OPERATORS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})


def split(key: str, text: str) -> tuple[str, ...]:
    """The words of a line. Raises ``DeploymentFault`` about ``key``."""
    try:
        words = shlex.split(text, comments=False)
    except ValueError as problem:
        raise DeploymentFault(
            key, f"cannot be split into words: {problem}; check its quotes"
        ) from None
    if operators := sorted(_OPERATORS.intersection(words)):
        raise DeploymentFault(
            key,
            f"{operators[0]} needs a shell, and none is started; write the command of "
            "the server alone, or a script that ends with exec",
        )
    return tuple(words[1:] if words[:1] == ["exec"] else words)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``$NAME``, ``${NAME}`` and ``${NAME:-default}`` as a shell does."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match["braced"]
        return variables.get(name) or match["default"] or ""

    return _VARIABLE.sub(value, text)
