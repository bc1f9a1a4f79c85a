"""Finds commands in the tables of files that are parsed, such as YAML."""

import shlex
from collections.abc import Iterator
from collections.abc import Sequence

from harness.deployment.command.program import server_words
from harness.deployment.command.program import SERVERS
from harness.deployment.command.shell import StartLine
from harness.deployment.platforms import values
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.repository.script import commands


def run_as(parts: list[str]) -> str:
    """The line of an entrypoint and its arguments.

    An entrypoint that is a script, which is often only in the image, is left out: it
    prepares something, and then runs its arguments.
    """
    whole = " ".join(parts)
    if parts[1:] and not _has_server(whole) and _has_server(parts[1]):
        return parts[1]
    return whole


def _has_server(line: str) -> bool:
    """Whether one of the commands of a line is a server that is known."""
    return any(server_words(each.words)[0] in SERVERS for each in commands(line, {}, 1))


def in_tables(
    root: Node, steps: str, keys: Sequence[str], variables: str
) -> Iterator[tuple[str, StartLine]]:
    """The commands in tables of a file, each with the name of its table."""
    for name, table in find(root, steps):
        run = [table.items[key] for key in keys if key in table.items]
        words = [e.text or shlex.join(word.text for word in e.list) for e in run]
        if run:
            given = values.variables(table.items.get(variables))
            yield name, StartLine(run[-1].line, "", run_as(words), given)
