"""Knows what every installation here has in common; must not know what is installed,
nor by which program.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

TAIL = 2_000
"""Characters of an installer's output that are kept."""

OFFLINE = {"UV_OFFLINE": "1"}


class CannotInstall(Exception):
    """Something will not go in; the message is the end of what the installer said."""


def end_of(output: str) -> str:
    """What is kept of an installer's output: never empty."""
    return output[-TAIL:].strip() or "the installer said nothing"


def offline_first(
    install: Callable[[dict[str, str]], str], env: Mapping[str, str]
) -> str:
    """Install with what is in uv's cache, and only if that fails from the index.

    Online uv asks the index again for every package, and builds old source releases
    anew. ``install`` is given its variables, and returns nothing when it worked, else
    the end of what was said; so does this.
    """
    return install({**env, **OFFLINE}) and install(dict(env))
