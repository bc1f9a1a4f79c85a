"""Finds literal settings, and the Flask app, in Python files without running them.

Names are followed through assignments, imports of files beside the script, and
functions that return an app. Whatever cannot be followed does not count as a Flask app.
"""

import ast
import re
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.deployment.sources.imports import imports_of
from harness.deployment.sources.walk import module_file
from harness.records.errors import UsageError
from harness.records.files import read_bytes

FIRST = ("wsgi", "app", "main", "application", "server", "run", "manage")
"""Usual names of modules with apps, the most likely first."""

MOST_BYTES = 1_000_000
"""Larger files are data: to parse them takes long, and much memory."""

FACTORIES = re.compile(r"(?:create|make|build|get)_?(?:flask_?)?app(?:lication)?")


def parsed(path: Path) -> ast.Module | None:
    """Parse a Python file; ``None`` if it is not valid, or far too large."""
    try:
        content = read_bytes(path)
        return ast.parse(content) if len(content) <= MOST_BYTES else None
    except (UsageError, SyntaxError, ValueError, RecursionError):
        return None


def assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """The last value of each name that a module assigns at its top level."""
    return dict(_assignments(tree.body))


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """The names that nodes themselves assign, each with its value."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def text_of(value: ast.expr | None) -> str | None:
    """The text that a literal stands for."""
    match value:
        case ast.Constant(value=str(text)):
            return text
    return None


def with_os(text: str) -> str:
    """What to add to a remedy that needs ``os``, if a module does not import that."""
    imports = re.search(r"(?m)^\s*import (?:\w+, *)*os\b", text)
    return "" if imports else " (with `import os` above)"


def find_app(folder: Path) -> str | None:
    """The Flask app of a folder, as servers name it, such as ``shop.wsgi:app``."""
    for path in sorted(_modules(folder), key=_likely):
        name = _app_in(path)
        if name is not None:
            parts = path.relative_to(folder).with_suffix("").parts
            module = ".".join(part for part in parts if part != "__init__")
            return f"{module}:{name}"
    return None


def _modules(folder: Path) -> Iterator[Path]:
    """The modules of a folder, and of the packages in it."""
    yield from folder.glob("*.py")
    for package in folder.glob("*/__init__.py"):
        if package.parent.name not in ("tests", "test", "docs", "migrations"):
            yield from package.parent.glob("*.py")


def _likely(path: Path) -> tuple[int, int, str]:
    """Sort key of a module: the most likely to have the app comes first."""
    name = path.parent.name if path.stem == "__init__" else path.stem
    rank = FIRST.index(name) if name in FIRST else len(FIRST)
    return rank, len(path.parts), str(path)


def _app_in(path: Path) -> str | None:
    """The name of an app in a module, or a call that makes one."""
    tree = parsed(path)
    if tree is None:
        return None
    for name, value in assigned(tree).items():
        if isinstance(value, ast.Call) and _makes_app(value.func):
            return name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and FACTORIES.fullmatch(node.name):
            if not _needed(node.args):
                return f"{node.name}()"
    return None


def _makes_app(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else ""
    name = called.id if isinstance(called, ast.Name) else name
    return name == "Flask" or FACTORIES.fullmatch(name) is not None


def _needed(arguments: ast.arguments) -> int:
    """Number of arguments that a call must give."""
    return len(arguments.posonlyargs + arguments.args) - len(arguments.defaults)


DEEPEST = 8
"""Most steps that are followed from one name to another."""


class SourceFile(NamedTuple):
    """A Python file, and the folder in which its imports are looked up."""

    path: Path
    tree: ast.Module
    root: Path


def source_of(path: Path, root: Path) -> SourceFile | None:
    """Parse a source file; ``None`` if it cannot be read as Python."""
    tree = parsed(path)
    return SourceFile(path, tree, root) if tree is not None else None


def is_flask(value: ast.expr, source: SourceFile, steps: int = DEEPEST) -> bool:
    """Whether an expression is an instance of Flask or of a class made from it."""
    if steps <= 0:
        return False
    match value:
        case ast.Call(func=called):
            return _makes_flask(called, source, steps - 1)
        case ast.Name(id=name):
            every = _assignments(ast.walk(source.tree))
            values = [each for assigned, each in every if assigned == name]
            if any(is_flask(each, source, steps - 1) for each in values):
                return True
    elsewhere = _elsewhere(value, source)
    return any(is_flask(each, other, steps - 1) for each, other in elsewhere)


def comes_from(called: ast.expr, module: str, name: str, tree: ast.Module) -> bool:
    """Whether a call names ``name`` of a module, in any spelling."""
    for each in imports_of(tree):
        for alias in each.names:
            match each, called:
                case ast.ImportFrom(module=of), ast.Name(id=used):
                    names = of, alias.name
                case ast.Import(), ast.Attribute(value=ast.Name(id=used), attr=attr):
                    names = alias.name, attr
                case _:
                    continue
            if names == (module, name) and used == (alias.asname or alias.name):
                return True
    return False


def _makes_flask(called: ast.expr, source: SourceFile, steps: int) -> bool:
    """Whether calling this makes an app."""
    if steps <= 0:
        return False
    if comes_from(called, "flask", "Flask", source.tree):
        return True
    match _defined(called, source.tree):
        case ast.ClassDef(bases=bases):
            return any(_makes_flask(base, source, steps - 1) for base in bases)
        case ast.FunctionDef() as function:
            return any(
                is_flask(each.value, source, steps - 1)
                for each in ast.walk(function)
                if isinstance(each, ast.Return) and each.value is not None
            )
    elsewhere = _elsewhere(called, source)
    return any(_makes_flask(each, other, steps - 1) for each, other in elsewhere)


def _elsewhere(
    value: ast.expr, source: SourceFile
) -> Iterator[tuple[ast.Name, SourceFile]]:
    """Follow an imported name, or an attribute of an imported module, to its file."""
    match value:
        case ast.Name(id=name):
            for other, origin in _imported(name, source):
                if origin:
                    yield ast.Name(origin), other
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            for other, origin in _imported(module, source):
                if not origin:
                    yield ast.Name(name), other


def _defined(
    called: ast.expr, tree: ast.Module
) -> ast.FunctionDef | ast.ClassDef | None:
    """The top-level function or class of a file that a call names."""
    name = called.id if isinstance(called, ast.Name) else ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    return None


def _imported(name: str, source: SourceFile) -> Iterator[tuple[SourceFile, str]]:
    """The files that a name is imported from, each with its name there.

    That is empty if the name stands for the file itself.
    """
    for node in imports_of(source.tree):
        for alias in node.names:
            if (alias.asname or alias.name) != name:
                continue
            if isinstance(node, ast.Import):
                yield from _own_files(source, 0, alias.name, "")
            else:
                module = node.module or ""
                inside = f"{module}.{alias.name}".strip(".")
                yield from _own_files(source, node.level, inside, "")
                yield from _own_files(source, node.level, module, alias.name)


def _own_files(
    source: SourceFile, level: int, module: str, name: str
) -> Iterator[tuple[SourceFile, str]]:
    """The file of a module, if it is one of the user's own."""
    base = source.path.parents[level - 1] if level else source.root
    path = module_file(base, module)
    if path is not None and (other := source_of(path, source.root)) is not None:
        yield other, name
