"""The folder and variables of a command, as far as files and words show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class CommandContext(NamedTuple):
    """The folder and the variables that a command runs with."""

    folders: tuple[Path, ...]
    """Folders in which to look for files that the command names."""
    variables: Mapping[str, str]
    processors: int

    def file(self, name: str) -> Path | None:
        """The file that a word names; ``None`` if it is not in the repository."""
        paths = (each / name.removeprefix("file:") for each in self.folders)
        return next((path for path in paths if path.is_file()), None)
