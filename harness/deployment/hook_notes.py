"""Reads the start-up hook's notes on its processes: empty files in a folder."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "FLASK_CONCURRENCY_SEEN"
"""Variable that names that folder for ``target/hook/_flask_concurrency_start.py``."""


class HookNotes:
    """The notes on all processes of a deployment, in a folder of the check."""

    def __init__(self, own: Path) -> None:
        self._folder = own / "seen"

    def variables(self) -> dict[str, str]:
        """Make the folder; the variable by which the hook finds it."""
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o1777)  # of whichever user the server becomes
        return {VARIABLE: str(self._folder)}

    def words(self) -> set[str]:
        """The notes so far, such as ``flask`` once Flask was imported."""
        return set(os.listdir(self._folder)) if self._folder.is_dir() else set()
