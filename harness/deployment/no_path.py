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


def is_socket(path: str | Path) -> bool:
    """Whether a text is the path of a Unix socket.

    A text that is too long for a path is none, as a key, a format or a line for the
    shell may be; the same goes for ``os.path.isfile`` and others there.
    """
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False
