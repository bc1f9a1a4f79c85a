"""Runs the command line: ``python -m harness``, and ``flask-concurrency``."""

import os
import signal
import sys

INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process; its exit code."""
    try:
        from harness.cli import main

        code = main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it may be pressed twice
        print("flask-concurrency: interrupted", file=sys.stderr)
        code = INTERRUPTED
    if code == INTERRUPTED:
        _end()
    return code


def _end() -> None:
    """Exit at once: everything is cleaned up, and an interrupt could only do harm.

    Python itself would at times end with SIGINT instead, even after an interrupt that
    was caught: if it came while the text of a dataclass or a named tuple was run.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            pass
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
