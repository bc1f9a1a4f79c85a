"""Replaces keys by options in messages, for a deployment without a file."""

import re

OPTIONS = {"python": "python-version"}
"""Options, and inputs of the action, whose spelling differs from that of the key."""

IN_A_FILE = " (in a file concurrency.toml, which `flask-concurrency init` begins)"
"""Says where to write a key that is not an option."""

_VALUE = r'(?:\{ (?:"[^"]*"|[^{}"])* \}|\[[^\]]*\]|"[^"]*"|\d+)'
_OF_OPTIONS = re.compile(
    rf"(?<![\w-])(command|declared|at-least|ready|requirements|python) = ({_VALUE})"
)
_NAMED = re.compile(r"`(declared|at-least|ready|requirements)`")
_OF_FILES = re.compile(
    rf"`?(?<![\w-])(?:(?:env|below|headers|route|hold-at) = {_VALUE}|keep-mounts)`?"
)


def as_options(text: str) -> str:
    """A problem and its remedy, in words for a deployment that options describe."""
    text = _OF_OPTIONS.sub(lambda key: f"--{option(key[1])} {_word(key[2])}", text)
    text = _NAMED.sub(lambda key: f"`--{option(key[1])}`", text)
    return _OF_FILES.sub(lambda key: f"{key[0]}{IN_A_FILE}", text, count=1)


def option(key: str) -> str:
    """The option, or the input of the action, for a key."""
    return OPTIONS.get(key, key)


def _word(value: str) -> str:
    """A value as a shell takes it."""
    return value.strip('"') if " " not in value else value
