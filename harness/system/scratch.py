"""Folders for temporary files, which are gone even when the harness is killed.

Whoever makes one removes it. If that process is killed before, the warden of a command
that was started meanwhile does so, as it sees to everything else.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "flask-concurrency-"

_open: list[Path] = []


def scratch_folders() -> list[Path]:
    """Those that there are now."""
    return list(_open)


@contextlib.contextmanager
def scratch_folder(parent: str | None = None) -> Iterator[Path]:
    """A new folder, which is removed with all that is in it by then.

    It is in ``parent``, by default where temporary files are.
    """
    with tempfile.TemporaryDirectory(
        prefix=PREFIX, dir=parent, ignore_cleanup_errors=True
    ) as folder:
        path = Path(folder)
        _open.append(path)
        try:
            yield path
        finally:
            _open.remove(path)
