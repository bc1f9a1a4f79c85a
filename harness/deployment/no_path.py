"""Reports texts used as a path that are not one, or that the user may not open."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

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
