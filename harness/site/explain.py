"""Explains what a command declares, and finds the nearest measured configuration.

Only the words of the command are examined, by the rules of ``plan.server_options``; the
page applies the same rules (``static/explain.js``). What the words leave open is
unknown, and the answer says why.
"""

import math
from collections.abc import Sequence

from harness.plan.capacity import Capacity
from harness.plan.capacity import capacity
from harness.plan.capacity import deciding
from harness.plan.capacity import takes_one
from harness.plan.server_options import CommandOf
from harness.plan.server_options import is_short
from harness.plan.server_options import known_server
from harness.plan.wrappers import ServerCommand
from harness.records.words import Result
from harness.site.typed_command import Cannot
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
    """The kind of its own command, by the rules; empty if unknown."""
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
        command = split(text)
        server = _server(command)
    except Cannot as why:
        return Explained(because=str(why))
    try:
        return _explained(server, command, measured)
    except Cannot as why:
        return Explained(server=server.name, because=str(why))


def _server(command: ServerCommand) -> CommandOf:
    if server := known_server(command.program):
        return server
    raise Cannot(f"{command.program} is not a server whose options are known here.")


def _explained(
    server: CommandOf, command: ServerCommand, measured: Sequence[MeasuredCell]
) -> Explained:
    if server.words_from and (more := command.variables.get(server.words_from)):
        arguments = (*more.split(), *command.arguments)
        command = command._replace(arguments=arguments)
    read = {name: value(option, command) for name, option in server.options.items()}
    given = {name: each for name, each in read.items() if each is not None}
    found = capacity(server, given)
    rule, processes, lanes = found.rule, found.processes, found.lanes
    remarks = tuple(filter(None, (rule.remark, server.remark)))
    if found.unknown:
        of_server = [each for each in measured if each.server == server.name]
        see = tuple(e.id for n in rule.see for e in of_server if e.configuration == n)
        return Explained(
            server=server.name, because=found.unknown, remarks=remarks, see=see
        )
    if _has_file(server, command) and deciding(server, rule) - given.keys():
        raise Cannot(
            "The file that it names may say so, and is not looked into: "
            "flask-concurrency check does that."
        )
    if not processes or not lanes:
        raise Cannot("It is not known what zero means here.")
    same = min(
        (e for e in measured if (e.server, e.kind) == (server.name, rule.kind)),
        key=lambda each: (distance(each, processes, lanes), each.id),
        default=None,
    )
    return Explained(
        server=server.name,
        declared=found.declared,
        unbounded=rule.unbounded,
        kind=rule.kind,
        processes=processes,
        lanes=lanes,
        because=_because(found),
        remarks=remarks,
        nearest=same.id if same else "",
        exact=same is not None and (same.processes, same.lanes) == (processes, lanes),
    )


def _has_file(server: CommandOf, command: ServerCommand) -> bool:
    return any(
        word.partition("=")[0] in server.settings_file
        or any(is_short(name, word) for name in server.settings_file)
        or word.endswith(server.settings_ending or ("\0",))
        for word in command.arguments
    )


def _because(found: Capacity) -> str:
    """How the number comes about, as a sentence."""
    if found.rule.unbounded:
        return f"{found.rule.kind}: no bound is declared."
    total = "" if takes_one(found.rule) else f" = {found.declared}"
    return f"{found.rule.kind}: {found.words}{total}."


def distance(cell: MeasuredCell, processes: int, lanes: int) -> float:
    """How unlike a cell's shape is, by ratio and not by difference."""
    apart = math.log2(cell.processes / processes), math.log2(cell.lanes / lanes)
    return round(sum(map(abs, apart)), 6)
