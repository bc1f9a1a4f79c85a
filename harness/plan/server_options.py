"""The file ``server_options.toml``: how servers' options limit requests at once."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from harness.records import toml
from harness.records.words import Record

RULES = Path(__file__).with_name("server_options.toml")


class ServerOption(Record, frozen=True, kw_only=True):
    """An option that decides how many requests there are at once."""

    names: tuple[str, ...]
    variables: tuple[str, ...] = ()
    """Variables that set it if the command does not, by precedence."""
    default: int | str
    by_release: bool = False
    """Whether its default differs by release; it is then that of the newest."""
    word: bool = False
    """Whether its value is a word, not a number."""
    flag: bool = False
    """Whether it is a flag without a value; given, it counts as 1."""

    @property
    def is_number(self) -> bool:
        """Whether its value is a number, and neither a word nor left out."""
        return not (self.word or self.flag)

    def given_in(self, words: Sequence[str]) -> str | None:
        """Its last value on a command line; ``None`` if it has none there."""
        if self.flag:
            return "1" if any(name in words for name in self.names) else None
        return last_value(words, self.names)

    def set_by(self, variables: Mapping[str, str]) -> str | None:
        """The variable of the environment that sets it; ``None`` if none does."""
        return next(filter(variables.get, self.variables), None)


class CapacityRule(Record, frozen=True, kw_only=True):
    """The number of requests that a server handles, if all conditions hold."""

    kind: str
    """What runs the requests, followed by a comma and what is special about it, if
    anything."""
    is_: dict[str, tuple[str, ...]] = msgspec.field(default={}, name="is")
    """Options whose value is one of these words, or ends in one after a dot."""
    over: dict[str, int] = {}
    """Options whose number must be larger, or whose words must not be empty."""
    within: dict[str, str] = {}
    """Options that are at most another option, or a product such as ``a * b``."""
    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    processes: int | str = 1
    """The number of processes, or the option that sets it."""
    lanes: int | str = 1
    """How many requests each process takes, or the option that sets it."""
    formula: str = ""
    """How many each process takes, if that depends on the machine's processors."""
    noun: str = ""
    """What is counted in each process; by default the name of its option."""
    unbounded: bool = False
    unknown: str = ""
    """Why the number is unknown, with ``{option}`` for a value. With a formula it is
    unknown only if the processors are."""
    see: tuple[str, ...] = ()
    """Configurations that show what the number may be."""
    remark: str = ""

    @property
    def family(self) -> str:
        """The kind of worker that runs the requests, without its special options."""
        return self.kind.partition(",")[0]


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
    """A remark on every command of the server."""
    options: dict[str, ServerOption] = {}
    rule: tuple[CapacityRule, ...]


class Rules(Record, frozen=True, kw_only=True):
    """The file ``server_options.toml``."""

    wrappers: tuple[str, ...]
    """Programs that start another one, which is named in their arguments."""
    server: tuple[CommandOf, ...]


@cache
def rules() -> Rules:
    """The rules that are shipped."""
    return toml.read(RULES, Rules, "restore the file")


def known_server(program: str) -> CommandOf | None:
    """The server that a program starts; ``None`` if its options are not known."""
    return next((each for each in rules().server if program in each.programs), None)


def last_value(words: Sequence[str], names: Collection[str]) -> str | None:
    """The last value of an option on a command line; ``None`` if it has none there."""
    values = [value for _, value in given_options(words, names)]
    return values[-1] if values else None


def given_options(
    words: Sequence[str], names: Collection[str]
) -> Iterator[tuple[range, str]]:
    """The places of some options on a command line, each with its value there.

    The value is in the next word, after ``=``, or after a short name in the same word.
    """
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names and equals:
            yield range(at, at + 1), value
        elif word in names and at + 1 < len(words):
            yield range(at, at + 2), words[at + 1]
        elif any(is_short(each, word) for each in names):
            yield range(at, at + 1), word[2:]


def is_short(name: str, word: str) -> bool:
    """Whether a word is a short option with its value in the same word."""
    return len(name) == 2 and word.startswith(name) and not word.startswith("--")
