"""Where a command runs, as far as its words and files tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class CommandContext(NamedTuple):
    """Where a command runs, and with which variables."""

    folders: tuple[Path, ...]
    """Folders in which the files that it names may be."""
    variables: Mapping[str, str]
    processors: int

    def file(self, name: str) -> Path | None:
        """The file that a word means; ``None`` if it is not in the repository."""
        paths = (each / name.removeprefix("file:") for each in self.folders)
        return next((path for path in paths if path.is_file()), None)
