"""Finds programs on a path, as a shell does.

Each command of a deployment looks for some thirty programs several times. They are
looked up again only if a folder has changed.
"""

import functools
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

JUST_NOW_NANOSECONDS = 100_000_000
"""A folder that changed so short a time ago may have changed again since, at the same
time of its file system, whose clock moves in steps."""


def on_path(names: Iterable[str], search: str) -> dict[str, Path]:
    """Those of these programs that are on a path, and where each is."""
    states = tuple(map(_state, search.split(os.pathsep)))
    return dict(_looked_up(tuple(names), search, states))


@functools.lru_cache(maxsize=16)
def _looked_up(
    names: tuple[str, ...], search: str, _states: tuple[object, ...]
) -> dict[str, Path]:
    paths = ((name, shutil.which(name, path=search)) for name in names)
    return {name: Path(path) for name, path in paths if path}


def _state(folder: str) -> object:
    """What changes when a program is added to a folder, or removed."""
    try:
        status = os.stat(folder or os.curdir)
    except OSError:
        return None
    if time.time_ns() - status.st_mtime_ns < JUST_NOW_NANOSECONDS:
        return object()  # equal to no other state
    return status.st_dev, status.st_ino, status.st_mtime_ns
