"""Reads settings from the files of gunicorn, uWSGI and hypercorn, without running them.

Each reader returns the file that a command reads, with its settings by the names of
options in ``plan.server_options``. If a file has more than can be read here, the number
is unknown.
"""

import ast
import tomllib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.shell import CommandContext
from harness.deployment.sources.evaluate import evaluate
from harness.deployment.sources.evaluate import Known
from harness.deployment.sources.evaluate import NotLiteral
from harness.deployment.sources.python_source import assigned
from harness.deployment.sources.python_source import parsed
from harness.deployment.sources.python_source import text_of
from harness.plan.capacity import Value
from harness.plan.server_options import CommandOf
from harness.plan.server_options import last_value
from harness.records.errors import UsageError
from harness.records.files import begin_of
from harness.records.files import read_text


class ServerFile(NamedTuple):
    """The file of settings that a command reads."""

    path: Path | None = None
    settings: Mapping[str, Value] = {}


Reader = Callable[[CommandOf, Sequence[str], CommandContext], ServerFile]
"""Reads the file that the words of a server's command name. Raises ``CannotDerive``."""


def read_file(
    server: CommandOf, words: Sequence[str], context: CommandContext
) -> ServerFile:
    """The file that a command reads, if it reads one. Raises ``CannotDerive``."""
    reader = READERS.get(server.name)
    return reader(server, words, context) if reader else ServerFile()


# -------------------------------------------------------------------------- gunicorn

AS_MODULE = "python:"
"""Prefix of a file that is named as a module."""

BESIDES = ("timeout", "keepalive", "reuse-port")
"""Settings that do not affect the number of requests; if unknown, they stay as
written."""


def _gunicorn(
    server: CommandOf, words: Sequence[str], context: CommandContext
) -> ServerFile:
    """Its file is Python; one with the usual name need not be named."""
    named = last_value(words, server.settings_file)
    file = named or "gunicorn.conf.py"
    if file.startswith(AS_MODULE):
        file = f"{file.removeprefix(AS_MODULE).replace('.', '/')}.py"
    path = context.file(file)
    if path is None and named is not None:
        raise CannotDerive(f"its file {named} is not here")
    names = {*server.options, *BESIDES}
    return ServerFile(path, dict(_assigned(path, names, context)) if path else {})


def _assigned(
    path: Path, names: set[str], context: CommandContext
) -> Iterator[tuple[str, Value]]:
    """The settings that a Python file assigns. Raises ``CannotDerive``."""
    tree = parsed(path)
    if tree is None:
        raise CannotDerive(f"{path.name} cannot be read as Python")
    expressions = assigned(tree)
    _check_plain(path, tree, {n.replace("-", "_") for n in names if n not in BESIDES})
    known = Known(expressions, context.variables, context.processors)
    for name in sorted(names):
        key = name.replace("-", "_")
        if key not in expressions:
            continue
        try:
            value = evaluate(expressions[key], known)
        except NotLiteral as problem:
            if name not in BESIDES:
                raise CannotDerive(f"{key} in {path.name}: {problem}") from None
            value = ast.unparse(expressions[key])
        yield name, value if isinstance(value, str) else int(value or 0)


def _check_plain(path: Path, tree: ast.Module, names: set[str]) -> None:
    """Raise ``CannotDerive`` about settings that are made in another way.

    They may be set under a condition, or by other code that gets all variables.
    """
    given = assigned(tree)
    # Of greenlets there are as many as connections, and threads do not matter.
    green = text_of(given.get("worker_class")) in ("gevent", "eventlet")
    left = names - given.keys() - ({"threads"} if green else set())
    for node in _outside_functions(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if name in names:
                raise CannotDerive(
                    f"{path.name} does not plainly assign {name}: line {line}"
                )
            case ast.ImportFrom(names=[ast.alias(name="*")]) if left:
                raise CannotDerive(f"{path.name} imports settings: line {line}")
            case ast.Call(func=ast.Name(id="globals" | "locals" | "vars")) if left:
                raise CannotDerive(f"{path.name} computes settings: line {line}")


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """What a module runs itself, except plain assignments of names."""
    waiting: list[ast.AST] = [
        node for node in tree.body if not isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


# ----------------------------------------------------------------------------- uWSGI


def _uwsgi(
    server: CommandOf, words: Sequence[str], context: CommandContext
) -> ServerFile:
    """Its files have many formats; only plain ini is read."""
    path: Path | None = None
    settings: dict[str, Value] = {}
    for word in words:
        name = word.removeprefix("--ini=")
        if name.endswith((".yaml", ".yml", ".xml", ".json")):
            raise CannotDerive(f"its file {name.rpartition('=')[2]} is not read")
        if name.endswith(".ini"):
            path = context.file(name)
            if path is None:
                raise CannotDerive(f"its file {name} is not here")
            settings |= _in_ini(server, path, context.processors)
    return ServerFile(path, settings)


def _in_ini(server: CommandOf, path: Path, processors: int) -> dict[str, Value]:
    """The settings of a plain ini file. Raises ``CannotDerive``."""
    options = {
        name.lstrip("-"): option
        for option, each in server.options.items()
        for name in each.names
    }
    settings: dict[str, Value] = {}
    inside = False
    for line in begin_of(path).splitlines():
        key, _, value = (each.strip() for each in line.partition("="))
        if key.startswith("["):
            inside = key == "[uwsgi]"
        if inside and key.startswith(("for", "if-", "ini", "include")):
            raise CannotDerive(f"{path.name} is more than a list of settings")
        if inside and key in options:
            # uWSGI replaces %k by the number of processors.
            settings[options[key]] = value.replace("%k", str(processors))
    return settings


# ------------------------------------------------------------------------- hypercorn


def _hypercorn(
    server: CommandOf, words: Sequence[str], context: CommandContext
) -> ServerFile:
    """Its file may be TOML or Python; only TOML is read."""
    name = last_value(words, server.settings_file)
    if name is None:
        return ServerFile()
    path = context.file(name) if name.endswith(".toml") else None
    if path is None:
        raise CannotDerive(f"its configuration file {name} is not read")
    try:
        values = tomllib.loads(read_text(path))
    except (UsageError, ValueError) as problem:
        raise CannotDerive(f"{path.name} is not TOML: {problem}") from None
    keys = {option: option.replace("-", "_") for option in server.options}
    return ServerFile(path, {o: values[k] for o, k in keys.items() if k in values})


READERS: Mapping[str, Reader] = {
    "gunicorn": _gunicorn,
    "uwsgi": _uwsgi,
    "hypercorn": _hypercorn,
}
"""Readers of settings, by the server."""
