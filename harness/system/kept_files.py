"""Keeps files open that are read thousands of times a minute.

To open and close a file of ``/proc`` takes longer than to read it.
"""

import os
import resource
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

MOST_KEPT = 96
"""Most files that stay open: those of some thirty threads."""

ENOUGH_FILES = 4096
"""No file is kept open if the limit of open files is lower: requests need them all."""


def most_kept(allowed: int) -> int:
    """Most files that stay open in a process that may open ``allowed`` files."""
    return MOST_KEPT if allowed >= ENOUGH_FILES else 0


class KeptFiles:
    """Files that stay open; beyond the limit, the least recently read one is closed."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}

    def read(self, path: str, read: Callable[[int], T]) -> T:
        """Return what ``read`` makes of the file at a path, given its descriptor.

        ``read`` must not depend on the position in the file. Raises ``OSError``.
        """
        file = self._open.pop(path, None)
        if file is not None:
            try:
                content = read(file)
            except OSError:  # that thread has ended, and another may have its number
                os.close(file)
            else:
                self._open[path] = file
                return content
        file = os.open(path, os.O_RDONLY)
        try:
            content = read(file)
        except BaseException:
            os.close(file)
            raise
        self._keep(path, file)
        return content

    def _keep(self, path: str, file: int) -> None:
        self._open[path] = file
        most = most_kept(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        while len(self._open) > most:
            os.close(self._open.pop(next(iter(self._open))))

    def close(self) -> None:
        """Close all files; one that is read later is opened again."""
        while self._open:
            os.close(self._open.popitem()[1])
