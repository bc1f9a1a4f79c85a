"""Imports go down only, and the target is an island."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"
HOOK = HARNESS / "target" / "hook"

# From the bottom up: a module imports from lower layers, or from its own.
LAYERS = [
    {"model", "errors", "warden", "chance", "phrase"},
    {
        "source",
        "formula",
        "catalog",
        "selection",
        "plan",
        "jobs",
        "deployment",
        *("expected", "tracked", "indexes"),
    },
    {
        *("verdict", "judge", "gate", "difference", "compare", "releases"),
        *("timeline", "bisection", "issue", "answers"),
        *("schema", "store", "report", "events", "history"),
    },
    {"installing", "commandline", "surroundings", "declared", "container", "here"},
    {"remedy", "contract"},
    {"server"},
    {"probe"},
    {"approach", "chain", "asking"},
    {"bench"},
    {
        *("fetch", "measure", "collect", "download", "artifacts", "baseline"),
        *("github", "package_index", "branch", "issues"),
    },
    {"build", "inputs", "kept"},
    {"environment", "in_environment", "prepared", "check"},
    {
        *("run", "options", "action", "check_command", "compare_command"),
        *("check_findings", "ask_option"),
        *("check_findings", "track_command", "bisect_command", "track_action"),
    },
    {"__main__"},
]
# Pure functions of their arguments: they touch neither files nor processes.
PURE = [
    *("judge", "verdict", "gate", "compare", "difference", "releases", "chance"),
    *("phrase", "source", "formula", "plan", "jobs", "selection", "probe/overlap"),
    *(f"answers/{path.stem}" for path in (HARNESS / "answers").glob("*.py")),
    *("tracked", "timeline", "bisection", "issue"),
]
# Imported only where Flask has views that are coroutines, on Python 3.7 or newer.
COROUTINES = {"hold_async.py"}
IMPURE = {"os", "subprocess", "socket", "asyncio", "pathlib", "time", "tempfile"}


def modules() -> list[Path]:
    """Every module of the harness that is ours to import."""
    return [path for path in HARNESS.rglob("*.py") if "target" not in path.parts]


def room(name: str) -> str:
    """The part of the harness that a module or package belongs to."""
    return name.split(".")[1] if "." in name else "__init__"


def imported(path: Path) -> set[str]:
    """The full names of all modules that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {
                f"{node.module}.{alias.name}"
                if node.module == "harness"
                else node.module
                for alias in node.names
            }
    return names


def layer(name: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if name in rooms)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_imports_go_down_only(path: Path) -> None:
    parts = path.relative_to(HARNESS).with_suffix("").parts
    if parts == ("__init__",):
        assert not imported(path)
        return
    for name in imported(path):
        if name.startswith("harness") and room(name) != "__init__":
            assert layer(room(name)) <= layer(parts[0]), f"{path} imports {name}"


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_nothing_that_touches_the_world(name: str) -> None:
    assert not imported(HARNESS / f"{name}.py") & IMPURE


@pytest.mark.parametrize("path", sorted((HARNESS / "model").glob("*.py")), ids=str)
def test_model_imports_nothing_of_ours(path: Path) -> None:
    ours = {name for name in imported(path) if name.startswith("harness")}
    assert all(name.startswith("harness.model") for name in ours)


@pytest.mark.parametrize("path", sorted((HARNESS / "target").glob("*.py")), ids=str)
def test_the_target_needs_flask_and_nothing_else(path: Path) -> None:
    beside = {other.stem for other in path.parent.glob("*.py")}
    # Of setuptools, on Pythons before 3.8, and of Python 2.
    older = {"pkg_resources", "SocketServer", "httplib"}
    asked = {path.stem.partition("_")[2]}  # ask_gunicorn asks gunicorn
    known = set(sys.stdlib_module_names) | beside | older | asked | {"flask"}
    if path.name == "app.py":
        known |= {"asgiref"}  # that of Flask's extra, where it is there
    assert {name.split(".")[0] for name in imported(path)} <= known


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_a_module_says_what_it_knows_and_what_it_must_not(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    first, _, _ = docstring.partition("\n\n")
    if path.name != "__init__.py":
        assert "nows" in first, f"{path} does not open with what it knows"
    assert docstring or not path.read_text(), path


@pytest.mark.parametrize("path", sorted((HARNESS / "target").glob("*.py")), ids=str)
def test_the_target_speaks_the_language_of_old_pythons(path: Path) -> None:
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
def test_the_hook_needs_nothing_and_speaks_the_language_of_old_pythons(
    path: Path,
) -> None:
    assert imported(path) <= set(sys.stdlib_module_names) | {
        *("importlib.machinery", "importlib.metadata", "importlib.util"),
        "urllib.parse",
    }
    tree = ast.parse(path.read_text(), feature_version=(3, 6))
    newer = (ast.AnnAssign, ast.NamedExpr)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
