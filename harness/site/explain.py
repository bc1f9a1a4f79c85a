"""What a command declares, and the nearest configuration that was measured.

Only the words of the command are looked at, by the rules in ``explain.toml``; the page
does the same with the same rules (``static/explain.js``). Rule: what the words leave
open is not known, and the answer says why.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from harness.records import toml
from harness.records.report import CellReport
from harness.records.words import Record
from harness.records.words import Result
from harness.report import words
from harness.site import address
from harness.site.atlas import Atlas
from harness.site.cells import written
from harness.site.look import number_of

RULES = Path(__file__).with_name("explain.toml")

SHELL = re.compile(r"[|;&<>`\n]|\$\(")
VARIABLE = re.compile(r"\$\{?(\w+)")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
PASTED = re.compile(
    r"(?:CMD|ENTRYPOINT)\s+|(?:web|command|startCommand|Start Command)\s*:\s*"
    r"|ExecStart\s*=\s*[-@:+!]*"
)
"""What stands before a command where people copy one from: a Dockerfile, a Procfile, a
file of Compose or of a platform, a unit of systemd."""
SHELLS = ("sh", "bash", "dash", "ash")
RUN_BY_SHELL = re.compile(r"-[a-z]*c")
INTERPRETER = re.compile(r"(python|pypy)[0-9.]*")


class ServerOption(Record, frozen=True, kw_only=True):
    """An option that decides how many requests there are at once."""

    names: tuple[str, ...]
    variable: str = ""
    default: int | str
    word: bool = False
    """Whether its value is a word and no number."""
    flag: bool = False
    """Whether it has no value; then it is 1 where it is given."""


class CapacityRule(Record, frozen=True, kw_only=True):
    """What a server does where all conditions hold."""

    kind: str
    is_: dict[str, tuple[str, ...]] = msgspec.field(default={}, name="is")
    over: dict[str, int] = {}
    """Options that are more than a number, or words that are not empty."""
    within: dict[str, str] = {}
    """Options that are at most what another is, or a product such as ``a * b``."""
    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    processes: int | str = 1
    """A number, or the option that has it."""
    lanes: int | str = 1
    """The same for how many requests each process takes."""
    unbounded: bool = False
    unknown: str = ""
    """Why it is not known."""
    see: tuple[str, ...] = ()
    """Configurations that show what it may be."""
    remark: str = ""


class CommandOf(Record, frozen=True, kw_only=True):
    """The command of one server."""

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
    """The file ``explain.toml``."""

    prefixes: dict[str, int]
    server: tuple[CommandOf, ...]


class MeasuredCell(Result, frozen=True, kw_only=True):
    """A configuration that a command can be compared with."""

    id: str
    page: str
    server: str
    title: str
    configuration: str
    kind: str
    """Of the rule that its own command falls under; empty where it is not known."""
    processes: int
    lanes: int
    number: str
    """Requests in the app at once."""
    word: str
    reason: str


class Explained(Result, frozen=True, kw_only=True):
    """What a command declares, and what was measured like it."""

    server: str = ""
    """Empty where it is not known."""
    declared: int | None = None
    """Null where it is not known, or where there is no bound."""
    unbounded: bool = False
    kind: str = ""
    processes: int = 0
    lanes: int = 0
    because: str = ""
    """How the number comes about, or why it is not known."""
    remarks: tuple[str, ...] = ()
    nearest: str = ""
    """Id of the measured cell that is most like it; empty if none is."""
    exact: bool = False
    """Whether that cell has just these settings."""
    see: tuple[str, ...] = ()
    """Ids of cells that show what it may be, where it is not known."""


class Cannot(Exception):
    """Why it is not known what a command declares."""


@cache
def rules() -> Rules:
    """The rules that are shipped."""
    return toml.read(RULES, Rules, "restore the file")


# ----------------------------------------------------------------- a command's words


class ServerCommand(NamedTuple):
    """A command without what only starts it."""

    program: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]


def split(text: str, prefixes: Mapping[str, int]) -> ServerCommand:
    """The program that serves, its arguments and variables. Raises ``Cannot``."""
    text = text.strip().replace("\\\n", " ")
    if pasted := PASTED.match(text):
        text = text[pasted.end() :]
    rest = _listed(text) if text.startswith("[") else _shell_words(text)
    variables: dict[str, str] = {}
    while rest:
        name = PurePath(rest[0]).name
        if ASSIGNMENT.match(rest[0]):
            key, _, value = rest[0].partition("=")
            variables[key] = value
            rest = rest[1:]
        elif name in prefixes:
            rest = rest[1 + prefixes[name] :]
            while rest and rest[0].startswith("-"):
                rest = rest[1:]
        elif name in SHELLS and RUN_BY_SHELL.fullmatch("".join(rest[1:2])):
            inner = split("".join(rest[2:3]), prefixes)
            return inner._replace(variables={**variables, **inner.variables})
        elif INTERPRETER.fullmatch(name) and "-m" in rest[:4]:
            rest = rest[rest.index("-m") + 1 :]
        elif INTERPRETER.fullmatch(name):
            raise Cannot(
                "What a script of Python starts only a run shows: measure it with "
                "flask-concurrency check."
            )
        else:
            return ServerCommand(name, tuple(rest[1:]), variables)
    raise Cannot("There is no command.")


def _listed(text: str) -> list[str]:
    """The words of a list, as a Dockerfile has them. Raises ``Cannot``."""
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise Cannot("It begins as a list of words, and is none.") from None


def _shell_words(text: str) -> list[str]:
    """The words of a line. Raises ``Cannot``."""
    if SHELL.search(text):
        raise Cannot(
            "This is a line for a shell, of which only a run shows what it starts: "
            "give the command of the server alone, or measure the line with "
            "flask-concurrency check."
        )
    try:
        return shlex.split(text)
    except ValueError:
        raise Cannot("Its quotes do not match.") from None


def value(option: ServerOption, command: ServerCommand) -> tuple[int | str, bool]:
    """The value of an option, and whether it is given. Raises ``Cannot``."""
    text = None
    for n, word in enumerate(command.arguments):
        name, equals, after = word.partition("=")
        if word in option.names:
            following = command.arguments[n + 1 : n + 2]
            text = "1" if option.flag else following[0] if following else ""
        elif equals and name in option.names:
            text = after
        else:
            short = [each for each in option.names if is_short(each, word)]
            text = word[2:].removeprefix("=") if short else text
    if text is None and option.variable:
        text = command.variables.get(option.variable)
    if text is None:
        return option.default, False
    if open_ended := VARIABLE.search(text):
        raise Cannot(f"It depends on the variable {open_ended[1]}.")
    if option.word:
        return text, True
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Cannot(f"{option.names[0]} is no number: {text}")
    return int(text), True


def is_short(name: str, word: str) -> bool:
    """Whether a word is a short option with its value in the same word."""
    return len(name) == 2 and word.startswith(name) and not word.startswith("--")


# ------------------------------------------------------------------------ the answer


def explain(text: str, measured: Sequence[MeasuredCell]) -> Explained:
    """What a command declares, and the nearest cell; never raises an error."""
    try:
        command = split(text, rules().prefixes)
        server = _server(command)
    except Cannot as why:
        return Explained(because=str(why))
    try:
        return _explained(server, command, measured)
    except Cannot as why:
        return Explained(server=server.name, because=str(why))


def _server(command: ServerCommand) -> CommandOf:
    for each in rules().server:
        if command.program in each.programs:
            return each
    raise Cannot(f"{command.program} is no server whose options are known here.")


def _explained(
    server: CommandOf, command: ServerCommand, measured: Sequence[MeasuredCell]
) -> Explained:
    if server.words_from and (more := command.variables.get(server.words_from)):
        arguments = (*more.split(), *command.arguments)
        command = command._replace(arguments=arguments)
    read = {name: value(option, command) for name, option in server.options.items()}
    settings = {name: each for name, (each, _) in read.items()}
    given = {name for name, (_, is_given) in read.items() if is_given}
    rule = next(each for each in server.rule if fits(each, settings, given))
    remarks = tuple(filter(None, (rule.remark, server.remark)))
    if rule.unknown:
        see = _named(server.name, rule.see, measured)
        return Explained(
            server=server.name, because=rule.unknown, remarks=remarks, see=see
        )
    if _has_file(server, command) and not given.issuperset(deciding(server, rule)):
        raise Cannot(
            "The file that it names may say so, and is not looked into: "
            "flask-concurrency check does that."
        )
    processes, lanes = (_count(each, settings) for each in (rule.processes, rule.lanes))
    if not processes or not lanes:
        raise Cannot("What zero means here is not known.")
    same = _nearest(server.name, rule.kind, processes, lanes, measured)
    return Explained(
        server=server.name,
        declared=None if rule.unbounded else processes * lanes,
        unbounded=rule.unbounded,
        kind=rule.kind,
        processes=processes,
        lanes=lanes,
        because=because(rule, processes, lanes),
        remarks=remarks,
        nearest=same.id if same else "",
        exact=same is not None and (same.processes, same.lanes) == (processes, lanes),
    )


def fits(
    rule: CapacityRule, settings: Mapping[str, int | str], given: set[str]
) -> bool:
    """Whether all conditions of a rule hold."""
    return (
        all(settings[name] in values for name, values in rule.is_.items())
        and all(_is_over(settings[name], least) for name, least in rule.over.items())
        and all(
            int(settings[name]) <= math.prod(int(settings[o]) for o in factors(other))
            for name, other in rule.within.items()
        )
        and given.issuperset(rule.given)
        and not given.intersection(rule.absent)
    )


def factors(product: str) -> list[str]:
    """The options of a product such as ``a * b``."""
    return product.split(" * ")


def deciding(server: CommandOf, rule: CapacityRule) -> set[str]:
    """Options that decide that a rule is the first to fit, and its number."""
    before = server.rule[: server.rule.index(rule) + 1]
    conditions = {
        name for each in before for name in (*each.is_, *each.over, *each.within)
    } | {name for each in before for o in each.within.values() for name in factors(o)}
    parts = {each for each in (rule.processes, rule.lanes) if isinstance(each, str)}
    return conditions | parts


def _is_over(value: int | str, least: int) -> bool:
    return value > least if isinstance(value, int) else bool(value)


def _count(part: int | str, settings: Mapping[str, int | str]) -> int:
    return part if isinstance(part, int) else int(settings[part])


def _has_file(server: CommandOf, command: ServerCommand) -> bool:
    return any(
        word.partition("=")[0] in server.settings_file
        or any(is_short(name, word) for name in server.settings_file)
        or word.endswith(server.settings_ending or ("\0",))
        for word in command.arguments
    )


def because(rule: CapacityRule, processes: int, lanes: int) -> str:
    """How the number comes about."""
    if rule.unbounded:
        return f"{rule.kind}: no bound is declared."
    factors = [_factor(rule.processes, processes), _factor(rule.lanes, lanes)]
    product = " × ".join(factor for factor in factors if factor) or "one at a time"
    return f"{rule.kind}: {product} = {processes * lanes}."


def _factor(part: int | str, count: int) -> str:
    if isinstance(part, str):
        return f"{count} {_singular(part) if count == 1 else part}"
    return "" if part == 1 else str(part)


def _singular(name: str) -> str:
    """The name of an option for one of what it counts."""
    return re.sub(r"(?<=ss)es$|s$", "", name)


def _named(
    server: str, names: Iterable[str], measured: Sequence[MeasuredCell]
) -> tuple[str, ...]:
    return tuple(
        each.id
        for name in names
        for each in measured
        if (each.server, each.configuration) == (server, name)
    )


def _nearest(
    server: str,
    kind: str,
    processes: int,
    lanes: int,
    measured: Sequence[MeasuredCell],
) -> MeasuredCell | None:
    """The measured cell of the same kind with the most similar numbers."""
    alike = [each for each in measured if (each.server, each.kind) == (server, kind)]
    return min(
        alike,
        key=lambda each: (distance(each, processes, lanes), each.id),
        default=None,
    )


def distance(cell: MeasuredCell, processes: int, lanes: int) -> float:
    """How unlike two shapes are: by how many times, not by how many."""
    apart = math.log2(cell.processes / processes), math.log2(cell.lanes / lanes)
    return round(sum(map(abs, apart)), 6)


# ------------------------------------------------------------------ what was measured


WITH_MORE = "with_flask_"
"""Part of the names of apps with a library for sockets, in ``harness/target``."""


def measured_cells(atlas: Atlas) -> list[MeasuredCell]:
    """The newest cell of each configuration whose server is started and reached alone:
    without a proxy in front, a program that runs its command, or an app with more than
    Flask in it.
    """
    cells = [entry.cell for entry in atlas.newest.values() if is_alone(entry.cell)]
    return [_measured(atlas, cell) for cell in sorted(cells, key=lambda each: each.id)]


def is_alone(cell: CellReport) -> bool:
    """Whether there is no proxy in front, and no program that runs the command; and no
    library for sockets in the app.
    """
    program = PurePath(cell.command[0]).name if cell.command else ""
    with_more = any(WITH_MORE in word for word in cell.command)
    return cell.front is None and program not in rules().prefixes and not with_more


def _measured(atlas: Atlas, cell: CellReport) -> MeasuredCell:
    own = explain(written(atlas, cell), ())
    return MeasuredCell(
        id=cell.id,
        page=address.cell_page(cell),
        server=cell.server,
        title=f"{words.title(cell)} {cell.server_version}",
        configuration=cell.configuration,
        kind=own.kind,
        processes=own.processes,
        lanes=own.lanes,
        number=number_of(cell),
        word=str(cell.word),
        reason=cell.reason,
    )
