"""Standard output and its failures, and system errors that a user can mend."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened
from harness.system.os_errors import EXHAUSTED

REFUSED = {
    errno.EACCES: "let this user in there, or name another",
    errno.EPERM: "let this user in there, or name another",
    errno.EROFS: "name another, where this user may write",
    errno.ELOOP: "name another",
    errno.ENAMETOOLONG: "name another",
}
"""Remedies for a path that cannot be used, by error number."""


def explain_os_error(problem: OSError) -> str:
    """A system error as one line with a remedy.

    Empty for errors that no user can mend.
    """
    if isinstance(problem, FileNotFoundError) and not _is_somewhere():
        return "the current folder is gone; change to another"
    remedies = EXHAUSTED | (REFUSED if problem.filename else {})
    if problem.errno not in remedies:
        return ""
    path = shortened(str(problem.filename or ""), MOST_OF_A_VALUE)
    return f"{f'{path}: ' if path else ''}{problem.strerror}; {remedies[problem.errno]}"


def _is_somewhere() -> bool:
    """Whether the current folder exists."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def escape_unprintable() -> None:
    """Make the standard streams print escapes for characters that the locale lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Discard pending output, so that the interpreter exits without an error."""
    # The stream may be closed, and the limit of open files may be reached.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def errors_share_output() -> bool:
    """Whether standard output and standard error are the same file or terminal."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False
