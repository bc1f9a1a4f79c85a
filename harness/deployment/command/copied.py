"""Finds the files beside a Dockerfile that are in its image under other paths."""

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path
from pathlib import PurePosixPath
from typing import NamedTuple


class Copied(NamedTuple):
    """What a Dockerfile copies into its image."""

    folder: str = "/"
    """The folder of the image that its command starts in."""
    sources: tuple[tuple[str, str], ...] = ()
    """Paths of the image, each with its source beside the Dockerfile, in the order of
    the instructions."""

    def source_of(self, named: str, beside: Path) -> Path | None:
        """The file or folder that is copied to a path of the image, if there is one.

        The path may be relative to the command's folder. ``beside`` is the folder that
        sources are relative to. Of several copies the last one is in the image.
        """
        place = PurePosixPath(os.path.normpath(os.path.join(self.folder, named)))
        for target, source in reversed(self.sources):
            if place.is_relative_to(target):
                below = place.relative_to(target)
                for path in _matching(beside / source):
                    # A folder's content is copied, but a file also into a folder.
                    is_it = path.is_file() and str(below) in (".", path.name)
                    path = path if is_it else path / below
                    if path.exists():
                        return path
        return None


def _matching(path: Path) -> Iterator[Path]:
    """The paths that a source of a Dockerfile stands for."""
    if not any(sign in path.name for sign in "*?["):
        yield path
    elif path.parent.is_dir():
        yield from (
            each
            for each in path.parent.iterdir()
            if fnmatch.fnmatchcase(each.name, path.name)
        )
