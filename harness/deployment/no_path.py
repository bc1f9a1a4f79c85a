"""Texts that may be paths: whether they are, and errors about those that are not."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.config import DeploymentFault
from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened

NO_PATHS = (errno.ENAMETOOLONG, errno.EACCES, errno.ELOOP)


@contextlib.contextmanager
def looking_at_paths(key: str) -> Iterator[None]:
    """Turn a system error about a path into a ``DeploymentFault``.

    ``key`` is where such paths come from, such as a command and the files it names.
    """
    try:
        yield
    except OSError as problem:
        if not problem.filename or problem.errno not in NO_PATHS:
            raise
        path = shortened(str(problem.filename), MOST_OF_A_VALUE)
        words = f"{path}: {problem.strerror}; correct it"
        raise DeploymentFault(key, words) from None


def mode_of(path: str | Path) -> int:
    """The mode of what is at a path, or 0.

    There is nothing at a text that is too long for a path, as a key, a format or a line
    for the shell may be.
    """
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError):
        return 0


def is_file(path: str | Path) -> bool:
    """Whether a text is the path of a regular file."""
    return stat.S_ISREG(mode_of(path))


def is_folder(path: str | Path) -> bool:
    """Whether a text is the path of a folder."""
    return stat.S_ISDIR(mode_of(path))
