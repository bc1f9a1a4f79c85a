"""Where what is printed goes, and what a machine may run out of."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened

EXHAUSTED = {
    errno.ENOSPC: "make room where output, results and temporary files are written",
    errno.EDQUOT: "make room where output, results and temporary files are written",
    errno.EFBIG: "raise `ulimit -f`",
    errno.EMFILE: "raise `ulimit -n`",
    errno.ENFILE: "close some programs, or raise fs.file-max",
    errno.ENOMEM: "free some memory",
    errno.EAGAIN: "raise `ulimit -u`, or end some processes",
    errno.EIO: "look at the disk or the terminal",
}
"""What a machine may run out of, by the error of the system, and what helps."""

REFUSED = {
    errno.EACCES: "let this user in there, or name another",
    errno.EPERM: "let this user in there, or name another",
    errno.EROFS: "name another, where this user may write",
    errno.ELOOP: "name another",
    errno.ENAMETOOLONG: "name another",
}
"""Why a path that somebody named cannot be used, and what helps."""


def in_words(problem: OSError) -> str:
    """What this machine ran out of or does not let be used, and a remedy.

    Empty for any other error.
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


def print_what_can_be_printed() -> None:
    """Print escapes in place of characters that the locale does not know."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_no_more() -> None:
    """Drop what is still to be printed, so that the end of the program is quiet."""
    # It may be closed, and there may be no room for another open file.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def errors_go_where_output_goes() -> bool:
    """Whether both are the same terminal, file or pipe, so that one is enough."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False
