"""When the command line starts, it imports no library that the verb does not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import HIDDEN
from harness.cli import VERBS

ROOT = Path(__file__).parents[3]
EXPENSIVE = {"msgspec", "nox", "packaging", "psutil", "requests", "rich", "urllib3"}

LIST_MODULES = """
import sys
from harness.cli import main
code = main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def imported(*arguments: str) -> set[str]:
    """Return the modules that are imported when a command line has run."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_the_matrix_needs_neither_network_nor_nox() -> None:
    """Not in this process, at least: it starts nox to measure."""
    modules = imported("probe", "--list", "--only", "flask-3.1.3/werkzeug-*/run/*")
    assert {"msgspec", "rich"} <= modules
    assert not modules & {"nox", "requests", "urllib3"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_imports_hardly_anything(option: str) -> None:
    modules = imported(option)
    assert "click" in modules
    assert not modules & (EXPENSIVE | {"asyncio", "harness.cli.usage"})


@pytest.mark.parametrize("verb", [*VERBS, *HIDDEN])
def test_help_of_a_verb_imports_nothing_that_only_the_verb_needs(verb: str) -> None:
    modules = imported(verb, "--help")
    assert f"harness.cli.usage.{verb}" in modules
    assert not modules & (EXPENSIVE | {"asyncio", f"harness.cli.{verb}"})
