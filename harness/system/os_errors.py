"""Words for what the system refuses, which tell a user what to do about it."""

import errno
import os

from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened

EXHAUSTED = {
    errno.ENOSPC: "make room where output, results and temporary files are written",
    errno.EDQUOT: "make room where output, results and temporary files are written",
    errno.EFBIG: "raise `ulimit -f`",
    errno.EMFILE: "raise `ulimit -n`",
    errno.ENFILE: "close some programs, or raise fs.file-max",
    errno.ENOMEM: "free some memory, or raise `ulimit -v`",
    errno.EAGAIN: "raise `ulimit -u`, or end some processes",
    errno.EIO: "look at the disk or the terminal",
    errno.ENETUNREACH: "bring up the loopback interface: `ip link set lo up`",
    errno.EADDRNOTAVAIL: "wait until connections of other programs have ended",
}
"""Remedies for what a machine has run out of or lacks, by error number."""

REFUSED = {
    errno.EACCES: "let this user in there, or name another",
    errno.EPERM: "let this user in there, or name another",
    errno.EROFS: "name another, where this user may write",
    errno.ELOOP: "name another",
    errno.ENAMETOOLONG: "name another",
}
"""Remedies for a path that cannot be used, by error number."""


def explain(problem: OSError) -> str:
    """A system error as one line with a remedy; empty if no user can fix it."""
    if isinstance(problem, FileNotFoundError) and not _is_somewhere():
        return "the current folder is gone; change to another"
    remedies = EXHAUSTED | (REFUSED if problem.filename else {})
    if problem.errno not in remedies:
        return ""
    return f"{describe(problem)}; {remedies[problem.errno]}"


def describe(problem: OSError) -> str:
    """A system error as one line: the path, if it is about one, and the fault."""
    path = shortened(str(problem.filename or ""), MOST_OF_A_VALUE)
    return f"{path}: {problem.strerror}" if path else str(problem.strerror)


def _is_somewhere() -> bool:
    """Whether the current folder exists."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True
