"""Rules for reading the words of a command: the file ``server_options.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from harness.records import toml
from harness.records.words import Record

RULES = Path(__file__).with_name("server_options.toml")


class ServerOption(Record, frozen=True, kw_only=True):
    """An option that decides how many requests there are at once."""

    names: tuple[str, ...]
    variable: str = ""
    default: int | str
    word: bool = False
    """Whether its value is a word, not a number."""
    flag: bool = False
    """Whether it is a flag without a value; given, it counts as 1."""


class CapacityRule(Record, frozen=True, kw_only=True):
    """The number of requests that a server handles, if all conditions hold."""

    kind: str
    is_: dict[str, tuple[str, ...]] = msgspec.field(default={}, name="is")
    over: dict[str, int] = {}
    """Options whose number must be larger, or whose words must not be empty."""
    within: dict[str, str] = {}
    """Options that are at most what another is, or a product such as ``a * b``."""
    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    processes: int | str = 1
    """The number of processes, or the option that sets it."""
    lanes: int | str = 1
    """How many requests each process takes, or the option that sets it."""
    unbounded: bool = False
    unknown: str = ""
    """Why the number is unknown."""
    see: tuple[str, ...] = ()
    """Configurations that show what the number may be."""
    remark: str = ""


class CommandOf(Record, frozen=True, kw_only=True):
    """How to read the command of one server."""

    name: str
    programs: tuple[str, ...]
    words_from: str = ""
    """A variable with further words."""
    settings_file: tuple[str, ...] = ()
    """Options that name a file with further settings."""
    settings_ending: tuple[str, ...] = ()
    """Endings of a word that names such a file."""
    remark: str = ""
    options: dict[str, ServerOption] = {}
    rule: tuple[CapacityRule, ...]


class Rules(Record, frozen=True, kw_only=True):
    """The file ``server_options.toml``."""

    prefixes: dict[str, int]
    server: tuple[CommandOf, ...]


@cache
def rules() -> Rules:
    """The rules that are shipped."""
    return toml.read(RULES, Rules, "restore the file")
