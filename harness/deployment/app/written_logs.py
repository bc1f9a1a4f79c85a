"""Reads what a deployment writes to log files such as ``error.log``.

The cause of a failed start may be found only there: supervisord keeps the output of its
programs in files, and gunicorn has ``--error-logfile``. The files may disappear with
the server, so they are read while it runs.
"""

import contextlib
import os
import re
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from harness.system.proc import open_files

LOOK_SECONDS = 0.2
"""Least seconds between two looks at the open files."""

TAIL_BYTES = 4096
"""Bytes that are read from the end of a file."""

_IS_LOG = re.compile(r"\blog|log\b|\.(?:err|error|out|stderr|stdout)\b", re.IGNORECASE)
_DELETED = " (deleted)"


def _is_log(path: str) -> bool:
    there = path.startswith("/") and not path.endswith(_DELETED)
    return there and bool(_IS_LOG.search(os.path.basename(path)))


class WrittenLogs:
    """The ends of the log files that processes have open."""

    def __init__(self, own: Path) -> None:
        self._own = own
        """The deployment's own folder for temporary files."""
        self._looked = 0.0
        self._ends: dict[str, tuple[int, str]] = {}
        """The size and the end of the content of each file, by path."""

    def look(self, processes: Iterable[int], *, instead_of: Path) -> None:
        """Read what was written since the last look, except to ``instead_of``."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        for process in processes:
            with contextlib.suppress(OSError):  # its files cannot be seen
                for number, path in open_files(process):
                    if _is_log(path) and path != str(instead_of):
                        self._read(path, f"/proc/{process}/fd/{number}")
        self._looked = time.monotonic()

    def text(self) -> str:
        """The ends of all log files, each below its name."""
        if self._own.is_dir():
            for path in sorted(self._own.iterdir()):
                if _IS_LOG.search(path.name):
                    self._read(str(path), str(path))
        parts = [
            f"{os.path.basename(path)}:\n{end.rstrip()}\n"
            for path, (_, end) in self._ends.items()
            if end.strip()
        ]
        return "".join(parts)

    def _read(self, path: str, place: str) -> None:
        try:
            status = os.stat(place)
            if not stat.S_ISREG(status.st_mode) or self._size(path) == status.st_size:
                return
            with open(place, "rb") as file:
                file.seek(max(0, status.st_size - TAIL_BYTES))
                content = file.read(TAIL_BYTES)
        except OSError:
            return
        if b"\0" not in content:
            text = content.decode("utf-8", "replace")
            self._ends[path] = status.st_size, text

    def _size(self, path: str) -> int:
        return self._ends.get(path, (-1, ""))[0]
