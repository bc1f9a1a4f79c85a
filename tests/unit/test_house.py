"""Which room may import which, and the other rules of ``docs/architecture.md``."""

import ast
import functools
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"
HOOK = HARNESS / "target" / "hook"

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def table() -> dict[str, set[str]]:
    """The table on the page: each room, and the rooms that it may import."""
    rows = PAGE.partition("| room | may import |\n")[2].partition("\n\n")[0]
    cells = [re.findall(r"[\w ,]+(?= \|)", row) for row in rows.splitlines()[1:]]
    allowed = {
        row[0].strip(): set(filter(None, "".join(row[1:]).strip().split(", ")))
        for row in cells
    }
    assert allowed["cli"] == {"every room"}
    allowed["cli"] = set(allowed) - {"target"}
    return allowed


MAY_IMPORT = table()

MOST_LINES = 250
"""A longer file should be two files."""

# Pure rooms use no processes, sockets or clocks, and hardly any files.
PURE = {"judge", "report", "track", "plan", "site"}
OUTSIDE = {"os", "subprocess", "socket", "asyncio", "time", "requests", "rich", "nox"}
TOUCHES_FILES = {
    *("read", "read_all", "read_text", "read_bytes", "write_text", "write_bytes"),
    *("open", "glob", "rglob", "iterdir", "exists", "is_file"),
}
OUTSIDE_BUT = {"plan/catalog.py": {"os"}, "report/terminal.py": {"rich"}}
# Imported only if Flask has coroutine views, on Python 3.7 or newer.
COROUTINES = {"hold_async.py"}


def modules() -> list[Path]:
    """All modules of the harness."""
    return [path for path in HARNESS.rglob("*.py") if "target" not in path.parts]


def name_of(path: Path) -> str:
    """Return the name that a module is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in modules()}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement in a module, without its many expressions."""
    yield node
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        inside = getattr(node, block, ())
        for each in inside if isinstance(inside, list) else ():
            yield from statements(each)


@functools.cache
def imported(path: Path) -> frozenset[str]:
    """Yield the full names of the modules that a module imports, even in functions."""
    names: set[str] = set()
    for node in statements(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.add(inner if inner in NAMES else node.module)
    return frozenset(names)


def room(name: str) -> str | None:
    """Return the room that a module belongs to, or nothing for the package itself."""
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] or None if first == "harness" else None


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in HARNESS.glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT) - {"target"}


def test_no_file_is_longer_than_250_lines() -> None:
    texts = {path: path.read_bytes() for path in HARNESS.rglob("*.py")}
    lengths = {path: text.count(b"\n") for path, text in texts.items()}
    assert lengths
    assert not {path: n for path, n in lengths.items() if n > MOST_LINES}


def test_the_first_line_of_a_docstring_is_a_whole_sentence() -> None:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    cut = [
        f"{path.relative_to(HARNESS)}: {first}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, documented)
        for first in (ast.get_docstring(node) or ".").splitlines()[:1]
        if not first.endswith((".", ":", "?"))
    ]
    assert not cut


LATE = "from __future__ import annotations\n"


def annotations(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the annotations that Python evaluates while it imports a module."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            found = [
                n.annotation for n in ast.walk(each.args) if isinstance(n, ast.arg)
            ]
            yield from filter(None, (*found, each.returns))
        elif isinstance(each, ast.AnnAssign):
            yield each.annotation
        elif isinstance(each, ast.ClassDef | ast.If | ast.Try):
            yield from annotations(each)


def defined(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Return the names that a module defines, and where each definition ends."""
    for each in ast.iter_child_nodes(node):
        end = getattr(each, "end_lineno", 0)
        if isinstance(each, ast.ClassDef):
            yield each.name, end
            yield from defined(each)
        elif isinstance(each, ast.Assign):
            yield from ((ast.unparse(target), end) for target in each.targets)
        elif isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING":
            # Imports for types alone are never executed.
            imports = [
                n for n in each.body if isinstance(n, ast.Import | ast.ImportFrom)
            ]
            yield from ((e.name, sys.maxsize) for node in imports for e in node.names)


def test_late_annotations_are_only_where_a_name_is_defined_below() -> None:
    late = {path: path.read_text() for path in modules()}
    late = {path: text for path, text in late.items() if LATE in text}
    assert late
    for path, text in late.items():
        tree = ast.parse(text)
        ends = dict(defined(tree))
        named = [n for one in annotations(tree) for n in ast.walk(one)]
        assert any(
            ends.get(name.id, 0) >= name.lineno
            for name in named
            if isinstance(name, ast.Name)
        ), path


@pytest.mark.parametrize("own", sorted(set(MAY_IMPORT) - {"target"}))
def test_a_room_imports_only_what_the_table_allows(own: str) -> None:
    allowed = {*MAY_IMPORT[own], own, None}
    modules = [name for name in NAMES if room(name) == own]
    assert modules
    others = {
        module: set(map(room, imported(NAMES[module]))) - allowed for module in modules
    }
    assert not {name: rooms for name, rooms in others.items() if rooms}


@pytest.mark.parametrize("own", sorted(MAY_IMPORT))
def test_no_modules_of_a_room_import_each_other_in_a_circle(own: str) -> None:
    inside = {name for name in NAMES if room(name) == own}
    graph = {name: imported(NAMES[name]) & inside - {name} for name in inside}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_folders_of_a_room_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for name, path in NAMES.items():
        there = {folder(each) for each in imported(path) if room(each) == room(name)}
        graph.setdefault(folder(name), set()).update(there - {folder(name), ""})
    graph.pop("")
    TopologicalSorter(graph).prepare()


def folder(name: str) -> str:
    """The folder of a module within its room; empty for a module beside folders."""
    return name.rpartition(".")[0] if name.count(".") > 2 else ""


@pytest.mark.parametrize("own", sorted(PURE))
def test_a_pure_room_imports_nothing_that_touches_the_world(own: str) -> None:
    for name, path in NAMES.items():
        if room(name) == own:
            outside = {each.partition(".")[0] for each in imported(path)} & OUTSIDE
            rule = OUTSIDE_BUT.get(str(path.relative_to(HARNESS)), set())
            assert outside <= rule, path


def test_pure_rooms_touch_only_the_files_that_the_page_names() -> None:
    calls = {
        (str(path.relative_to(HARNESS)), getattr(node.func, "attr", None))
        for name, path in NAMES.items()
        if room(name) in PURE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    assert {path for path, called in calls if called in TOUCHES_FILES} == {
        *("plan/catalog.py", "plan/server_options.py", "track/history.py"),
        *("site/questions.py", "site/rendering.py"),
    }


@pytest.mark.parametrize("path", sorted((HARNESS / "target").glob("*.py")), ids=str)
def test_the_target_needs_flask_and_nothing_else(path: Path) -> None:
    beside = {other.stem for other in path.parent.glob("*.py")}
    older = {"SocketServer", "httplib"}  # of Python 2
    asked = {path.stem.partition("_")[2]}  # ask_gunicorn.py asks gunicorn
    known = set(sys.stdlib_module_names) | beside | older | asked | {"flask"}
    if path.name == "app.py":
        known |= {"asgiref"}  # from Flask's extra, if it is installed
    assert {name.split(".")[0] for name in imported(path)} <= known


@pytest.mark.parametrize("path", sorted((HARNESS / "target").glob("*.py")), ids=str)
def test_the_target_runs_on_old_pythons(path: Path) -> None:
    if path.name in COROUTINES:
        return
    tree = ast.parse(path.read_text(), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        assert not isinstance(node, newer), f"line {node.lineno}"
        if isinstance(node, ast.FunctionDef):
            every = node.args.args + node.args.kwonlyargs
            assert not node.returns and not any(each.annotation for each in every)
            assert not node.args.kwonlyargs, "Python 2 has no keyword-only arguments"


@pytest.mark.parametrize("path", sorted(HOOK.glob("*.py")), ids=str)
def test_the_hook_imports_nothing_else_and_runs_on_old_pythons(
    path: Path,
) -> None:
    assert imported(path) <= set(sys.stdlib_module_names) | {
        *("importlib.machinery", "importlib.metadata", "importlib.util"),
        "urllib.parse",
        *(each.stem for each in HOOK.glob("*.py")),
    }
    tree = ast.parse(path.read_text(), feature_version=(3, 6))
    newer = (ast.AnnAssign, ast.NamedExpr)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]


def test_measuring_and_judging_depend_on_no_servers_name() -> None:
    names = {path.stem for path in (HARNESS / "catalog" / "servers").glob("*.toml")}
    assert {"gunicorn", "uwsgi"} <= names
    # Sorts the versions of packages, of which Werkzeug is Flask's own.
    versions = HARNESS / "judge" / "versions_differ.py"
    found = {
        f"{path.name}:{node.lineno}: {node.value}"
        for room in ("probe", "measure", "judge")
        for path in (HARNESS / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.lower() in names and path != versions
    }
    assert not found


def test_no_two_classes_have_one_name() -> None:
    classes: dict[str, list[str]] = defaultdict(list)
    for path in HARNESS.rglob("*.py"):
        for name in re.findall(r"^class (\w+)", path.read_text(), re.MULTILINE):
            classes[name].append(str(path.relative_to(HARNESS)))
    assert not {name: paths for name, paths in classes.items() if len(paths) > 1}


@pytest.mark.parametrize("room", sorted(MAY_IMPORT.keys() - {"target"}))
def test_files_that_a_room_names_exist(room: str) -> None:
    text = (HARNESS / room / "__init__.py").read_text()
    for name in re.findall(r"``([\w/]+\.py)``", text):
        folder = ROOT if name.startswith("harness/") else HARNESS / room
        assert (folder / name).is_file(), f"{room}: {name}"
