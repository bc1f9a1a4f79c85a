"""Runs a module of this room as a program of its own.

A file that is run by its path is compiled every time, which takes longer than most of
these programs run. An imported module is compiled once.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder of this package. It is last on the path, after the standard library."""

_RUN = "import sys; sys.path.append(sys.argv.pop(1)); from harness.system.{name} import"


def program(name: str) -> list[str]:
    """The first words of a command that runs ``main`` of a module; arguments follow.

    With -I and -S, none of the user's variables or start-up files affect it.
    """
    options = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
    code = f"{_RUN.format(name=name)} main; main()"
    return [sys.executable, *options, "-c", code, str(ROOT)]
