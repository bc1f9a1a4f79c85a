"""A run in a real terminal: its lines fit, and the last one is the verdict."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).parents[3]
SECONDS = 300.0
COPIED = "    again: "
"""The start of lines that are meant to be copied, and are never broken."""

PROGRESS = re.compile(r"[━╸╺ ]* ?(\d+)/(\d+)  \d+:\d\d")


class Terminal:
    """A program in a terminal that reports fewer columns than it has.

    So a line that is too wide is noticed instead of wrapped.
    """

    def __init__(self, width: int, folder: Path, *arguments: str, **env: str) -> None:
        self.screen = pyte.HistoryScreen(width * 2, 200)
        self._stream = pyte.ByteStream(self.screen)
        own = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **env}
        argv = [sys.executable, "-m", "harness", *arguments]
        self._process, self._end = pty.fork()
        if self._process == 0:  # pragma: no cover
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
            os.execve(argv[0], argv, _environment() | own)

    def screens(self) -> Iterator[list[str]]:
        """Yield the lines on the screen after each write to it."""
        deadline = time.monotonic() + SECONDS
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._end], [], [], left)[0]:
                break
            try:
                written = os.read(self._end, 65536)
            except OSError:  # the program has ended
                return
            self._stream.feed(written)
            yield [line.rstrip() for line in self.screen.display]
        raise TimeoutError(f"it did not end within {SECONDS:g} s")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._end, b"\x03")

    def wait(self) -> int:
        """Wait for a program that has closed its terminal, and return its exit code."""
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the program, if it still runs."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._end)


def _environment() -> dict[str, str]:
    """Return the variables of this process without those about terminals."""
    out = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE")
    return {name: text for name, text in os.environ.items() if name not in out}


@pytest.mark.parametrize("width", [60, 110])
def test_a_run_fits_and_ends_with_its_verdict(tmp_path: Path, width: int) -> None:
    glob = "flask-3.1.3/werkzeug-*/*-w*"
    terminal = Terminal(width, tmp_path, "probe", "--only", glob)
    counts, lines = set(), [""]
    try:
        for lines in terminal.screens():
            bars = [line for line in lines if PROGRESS.match(line)]
            assert len(bars) <= 1
            counts |= {PROGRESS.match(line)[1] for line in bars}  # type: ignore[index]
            for line in lines:
                assert len(line) <= width or line.startswith(COPIED), line
        code = terminal.wait()
    finally:
        terminal.close()
    shown = [line for line in lines if line]
    assert code == 0, shown
    assert "0" in counts, "the progress was seen"
    assert not any(map(PROGRESS.match, shown)), "and is gone"
    assert shown[-1].startswith("✓ passed: 1 cell, as declared, in ")
    assert "1/1         1  werkzeug-" in "\n".join(shown)
    cell = terminal.screen.buffer[lines.index(shown[-1])][0]
    assert (cell.fg, cell.bold) == ("green", True)


def test_the_last_line_says_that_a_check_failed_even_without_colour(
    tmp_path: Path,
) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    words = ("check", "--at-least", "2", "--", sys.executable, "-m", "flask", "run")
    terminal = Terminal(60, tmp_path, *words, "--without-threads", NO_COLOR="1")
    lines = [""]
    try:
        for lines in terminal.screens():
            assert all(len(line) <= 60 or line.startswith(COPIED) for line in lines)
        code = terminal.wait()
    finally:
        terminal.close()
    shown = [line for line in lines if line]
    assert code == 1, shown
    assert shown[-2:] == [
        "✗ failed: deployment handles 1 at once, fewer than the",
        "required 2",
    ]
    row = terminal.screen.buffer[lines.index(shown[-2])]
    assert row[0].fg == "default"


def test_an_interrupted_run_says_how_much_is_missing(tmp_path: Path) -> None:
    # The question takes seconds, so the run cannot end before the key is handled.
    words = ("--only", "flask-3.1.3/werkzeug-*/*", "--jobs", "1", "--ask", "waits")
    terminal = Terminal(80, tmp_path, "probe", *words)
    lines, pressed = [""], False
    try:
        for lines in terminal.screens():
            if not pressed and any(
                line.startswith(" 1/") or line.startswith("1/") for line in lines
            ):
                terminal.interrupt()
                pressed = True
        code = terminal.wait()
    finally:
        terminal.close()
    shown = [line for line in lines if line]
    assert (pressed, code) == (True, 130), shown
    assert re.match(r"– interrupted: \d+ of 8 cells were not measured; ", shown[-1])
    assert "not measured" in (tmp_path / "results" / "report.md").read_text()
