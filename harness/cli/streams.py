"""The standard streams: messages for the user, and output that cannot be written."""

import contextlib
import io
import os
import sys
from collections.abc import Sequence

from harness.records.errors import HarnessError
from harness.report.escape import printable

PROGRAM = "flask-concurrency"


def say(words: str) -> None:
    """Print a message for the user on standard error."""
    line = printable(words, characters=2000)
    print(f"{PROGRAM}: {line}", file=sys.stderr, flush=True)


def say_faults(faults: Sequence[HarnessError]) -> int:
    """Print errors that did not end a run; return the exit code for them."""
    for fault in faults:
        say(str(fault))
    return faults[0].exit_code if faults else 0


def escape_unprintable() -> None:
    """Make the standard streams print escapes for characters that the locale lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Discard pending output, so that the interpreter exits without an error."""
    # The stream may be closed, or the limit of open files reached.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def errors_share_output() -> bool:
    """Whether standard output and standard error are the same file or terminal."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False
