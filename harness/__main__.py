"""Runs the command line: ``python -m harness``, and ``flask-concurrency``."""

import signal
import sys


def main() -> int:
    """Run the command line of this process; its exit code."""
    try:
        from harness.cli import main
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it may be pressed twice
        print("flask-concurrency: interrupted", file=sys.stderr)
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(main())
