"""Explains what a command declares, and finds the nearest measured configuration.

Only the words of the command are looked at, by the rules of ``plan.server_options``;
the page does the same with the same rules (``static/explain.js``). Rule: what the words
leave open is unknown, and the answer says why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from harness.plan.server_options import CapacityRule
from harness.plan.server_options import CommandOf
from harness.plan.server_options import rules
from harness.records.words import Result
from harness.site.typed_command import Cannot
from harness.site.typed_command import is_short
from harness.site.typed_command import ServerCommand
from harness.site.typed_command import split
from harness.site.typed_command import value


class MeasuredCell(Result, frozen=True, kw_only=True):
    """A configuration that a command can be compared with."""

    id: str
    page: str
    server: str
    title: str
    configuration: str
    kind: str
    """The kind that its own command has by the rules; empty if unknown."""
    processes: int
    lanes: int
    number: str
    """Requests in the app at once."""
    word: str
    reason: str


class Explained(Result, frozen=True, kw_only=True):
    """What a command declares, and the most similar measured cell."""

    server: str = ""
    """The server; empty if unknown."""
    declared: int | None = None
    """Requests at once; null if unknown, or if there is no bound."""
    unbounded: bool = False
    kind: str = ""
    processes: int = 0
    lanes: int = 0
    because: str = ""
    """How the number comes about, or why it is unknown."""
    remarks: tuple[str, ...] = ()
    nearest: str = ""
    """Id of the most similar measured cell; empty if there is none."""
    exact: bool = False
    """Whether that cell has just these settings."""
    see: tuple[str, ...] = ()
    """Ids of cells that show what the number may be, if it is unknown."""


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
    raise Cannot(f"{command.program} is not a server whose options are known here.")


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
        raise Cannot("It is not known what zero means here.")
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
    """Options that decide that a rule is the first to fit, and those of its number."""
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
    """The singular of what an option counts."""
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
    """How unlike two shapes are, by ratio and not by difference."""
    apart = math.log2(cell.processes / processes), math.log2(cell.lanes / lanes)
    return round(sum(map(abs, apart)), 6)
