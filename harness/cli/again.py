"""The command that measures a cell again, as it works where it is printed."""

from __future__ import annotations

import os
import shlex

from harness.records.words import DEFAULT_LIMIT

NOX = "FLASK_CONCURRENCY_NOX"
"""Variable with the words that start nox on our noxfile, where that was done."""


def again(cell_id: str, limit: int) -> str:
    """The command that measures one cell again: by nox, or by the installed command."""
    nox = os.environ.get(NOX)
    verb = f"{nox} -s probe --" if nox else "flask-concurrency probe"
    command = f"{verb} --only {shlex.quote(cell_id)}"
    return command if limit == DEFAULT_LIMIT else f"{command} --limit {limit}"
