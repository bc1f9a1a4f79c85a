"""Finds the subcommand with which a project's own command starts its server."""

import re
from collections.abc import Iterable
from pathlib import Path

from harness.deployment.detect.named_servers import Named
from harness.deployment.sources.walk import module_file
from harness.records.files import text_if_there

SERVING = ("start", "serve", "runserver", "run-server", "server", "web", "run")
"""Usual names of subcommands that start a server, the most likely first."""

ANY = "SUBCOMMAND"
"""Stands for a subcommand that is not known."""

_STARTS = re.compile(r"(?:.*\.)?(?:Procfile|[Dd]ockerfile|Containerfile)(?:\..*)?")

_HAS_SEVERAL = re.compile(
    r"@(?:\w+\.)?group\b|\.command\b|add_subparsers|add_(?:command|parser)\(|FlaskGroup|Typer\("
)
"""Marks of a module whose command has subcommands: of click, argparse and others."""

_NAMED = re.compile(
    r"""\.command(?:\(\s*(?:name\s*=\s*)?["']([\w-]+)|[^\n]*\n(?:\s*@.*\n)*\s*def\s+(\w+))"""
    r"""|\badd_(?:command|parser)\(\s*["']([\w-]+)"""
)
"""Where such a module names one, in a call or by a function."""

_LISTED = re.compile(r"(?m)^\s{1,8}([a-z][\w-]*)(?:\s{2,}\S.*)?$|\{([\w,-]+)\}")
"""How a usage lists them: one a line, or as the choices of argparse."""


def subcommand(
    folder: Path, command: Named, files: Iterable[tuple[Path, str]]
) -> tuple[str, ...]:
    """The word to give after a project's command; none if it has no subcommands.

    ``files`` are those of the folder: a Procfile or a Dockerfile among them may have
    the whole command. If neither that nor the code says the word, it is ``ANY``.
    """
    given = re.compile(
        rf"""(?m)(?:^|[\s"'/:]){re.escape(command.name)}["']?[ ,]+["']?([a-z][\w-]*)"""
    )
    for path, text in files:
        if _STARTS.fullmatch(path.name):
            if found := _likely(given.findall(text)):
                return (found,)
    paths = (module_file(root, command.module) for root in (folder, folder / "src"))
    source = next(map(text_if_there, filter(None, paths)), "")
    if not _HAS_SEVERAL.search(source):
        return ()
    named = ("".join(each).replace("_", "-") for each in _NAMED.findall(source))
    return (_likely(named) or ANY,)


def in_usage(printed: str) -> str:
    """The subcommand that most likely starts a server; empty if a usage has none."""
    listed = (one or several for one, several in _LISTED.findall(printed))
    return _likely(name for each in listed for name in each.split(","))


def _likely(names: Iterable[str]) -> str:
    several = set(names)
    return next((name for name in SERVING if name in several), "")
