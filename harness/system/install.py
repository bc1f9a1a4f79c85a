"""Installs packages, first with what uv has in its cache."""

from collections.abc import Callable
from collections.abc import Mapping

TAIL = 2_000
"""Characters of an installer's output that are stored."""

OFFLINE = {"UV_OFFLINE": "1"}


class CannotInstall(Exception):
    """An installation failed; the message is the end of the installer's output."""


def end_of(output: str) -> str:
    """The end of an installer's output, never empty."""
    return output[-TAIL:].strip() or "the installer printed nothing"


def offline_first(
    install: Callable[[dict[str, str]], str | None], env: Mapping[str, str]
) -> str | None:
    """Install from uv's cache or, if that fails, from the index.

    Online, uv asks the index for every package again and rebuilds old source releases.
    ``install`` takes variables, and returns ``None`` or, if it failed, the end of its
    output; so does this function.
    """
    failure = install({**env, **OFFLINE})
    return None if failure is None else install(dict(env))
