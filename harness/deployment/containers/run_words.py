"""Parses the arguments of `docker run`, up to the image."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.containers.mounts import ContainerRefused

SHORT = {
    **{"a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname"},
    **{"i": "interactive", "l": "label", "m": "memory", "P": "publish-all"},
    **{"p": "publish", "q": "quiet", "t": "tty", "u": "user", "v": "volume"},
    "w": "workdir",
}


FLAGS = frozenset(
    {"detach", "disable-content-trust", "help", "init", "interactive"}
    | {"no-healthcheck", "oom-kill-disable", "privileged", "publish-all", "quiet"}
    | {"read-only", "rm", "sig-proxy", "tty", "use-api-socket"}
)
"""Options without a value."""


class Option(NamedTuple):
    """An option of `docker run`, as it was written."""

    name: str
    """The long name, without dashes."""
    value: str
    words: tuple[str, ...]


class Run(NamedTuple):
    """A parsed `docker run`."""

    options: tuple[Option, ...]
    image: str
    arguments: tuple[str, ...]


def parse(words: Sequence[str]) -> Run:
    """Parse the arguments of `run`. Raises ``ContainerRefused``."""
    options: list[Option] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        options += _option(rest)
    if rest[:1] == ["--"]:
        rest.pop(0)
    if not rest:
        raise ContainerRefused("names no image; write one behind the options")
    return Run(tuple(options), rest[0], tuple(rest[1:]))


def _option(rest: list[str]) -> Iterator[Option]:
    """Take the next word and its value; yield the options in it."""
    word = rest.pop(0)
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if equals or name in FLAGS:
            yield Option(name, value, (word,))
        else:
            value = _value(word, rest)
            yield Option(name, value, (word, value))
        return
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = SHORT.get(letter, letter)
        if name in FLAGS:
            yield Option(name, "", (f"-{letter}",))
            continue
        value = letters.removeprefix("=") if letters else _value(word, rest)
        yield Option(name, value, (f"-{letter}", value))
        return


def _value(word: str, rest: list[str]) -> str:
    if not rest:
        raise ContainerRefused(f"has nothing behind {word}; write its value")
    return rest.pop(0)
