"""Makes folders for temporary files that disappear even when the harness is killed.

The process that makes a folder removes it. If that process is killed first, the warden
of a command that it started does so. If it is killed between two commands, an empty
folder stays until the next run removes it. A lock, which the kernel releases when a
process ends, tells such a folder from one in use.
"""

import contextlib
import functools
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness.system.lock_file import take

PREFIX = "flask-concurrency-"

LEFT_SECONDS = 60.0
"""Seconds without a change after which a folder cannot be one that was just made."""

_open: list[Path] = []


def scratch_folders() -> list[Path]:
    """The scratch folders that exist now."""
    return list(_open)


@contextlib.contextmanager
def scratch_folder(parent: str | None = None) -> Iterator[Path]:
    """A new folder, removed with its content when the block ends.

    It is in ``parent``, by default where temporary files are.
    """
    _remove_left_once(parent or tempfile.gettempdir())
    with tempfile.TemporaryDirectory(
        prefix=PREFIX, dir=parent, ignore_cleanup_errors=True
    ) as folder:
        path = Path(folder)
        _open.append(path)
        try:
            with _locked(path):
                yield path
        finally:
            _open.remove(path)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Try to hold a lock on a folder inside a block; yield whether it is held."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield take(descriptor)
    finally:
        os.close(descriptor)


_OURS = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")

_remove_left_once = functools.cache(lambda parent: remove_left(Path(parent)))


def remove_left(parent: Path) -> None:
    """Remove the empty folders of runs that were killed, and nothing else."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if _OURS.fullmatch(entry.name) and _is_left(entry):
                    _remove_if_empty(Path(entry.path))


def _is_left(entry: os.DirEntry[str]) -> bool:
    """Whether a folder belongs to this user and has not changed for a while."""
    status = entry.stat(follow_symlinks=False)
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    return is_own and time.time() - status.st_mtime > LEFT_SECONDS


def _remove_if_empty(folder: Path) -> None:
    with _locked(folder) as nobody_has_it:
        if nobody_has_it:
            folder.rmdir()  # refuses if the folder has anything in it
