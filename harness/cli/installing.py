"""Says on standard error what is being installed, and for how long already."""

import contextlib
import threading
from collections.abc import Iterator

from harness.cli.progress import progress
from harness.cli.streams import say

AGAIN_SECONDS = 60.0
"""Seconds between two lines in a log; in a terminal a single line counts the
seconds."""


@contextlib.contextmanager
def installing(words: str, again_seconds: float = AGAIN_SECONDS) -> Iterator[None]:
    """Say what is being installed until the block ends.

    In a terminal one line counts the seconds and disappears in the end. A log gets a
    line at once, and another from time to time, because CI ends jobs that are silent
    for long.
    """
    with progress(1, 1.0, idle=words) as shown:
        if shown.in_lines:
            say(words)
            with _repeated(words, again_seconds):
                yield
        else:
            yield


@contextlib.contextmanager
def _repeated(words: str, seconds: float) -> Iterator[None]:
    """Say words again and again until the block ends, with the time that has passed."""
    ended = threading.Event()

    def repeat() -> None:
        passed = seconds
        while not ended.wait(seconds):
            say(f"still {words}, for {passed:g} s now")
            passed += seconds

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
