"""Finds literal settings, and the app, in Python files without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

FIRST = ("wsgi", "app", "main", "application", "server", "run", "manage")
"""Usual names of modules with apps, the most likely first."""

FACTORIES = re.compile(r"(?:create|make|build|get)_?(?:flask_?)?app(?:lication)?")


def parsed(path: Path) -> ast.Module | None:
    """Parse a Python file; ``None`` if it is not valid."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """The last value of each name that a module assigns at its top level."""
    values: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                names = [
                    target.id for target in targets if isinstance(target, ast.Name)
                ]
                values |= dict.fromkeys(names, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = value
    return values


def text_of(value: ast.expr | None) -> str | None:
    """The text that a literal stands for."""
    match value:
        case ast.Constant(value=str(text)):
            return text
    return None


def with_os(text: str) -> str:
    """What to say of a remedy that needs ``os``, if a module does not import that."""
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
