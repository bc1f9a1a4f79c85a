"""The progress line of a run: a bar, a count, the time left, and two names."""

import time
from collections.abc import Callable
from collections.abc import Sequence

from rich.console import Console
from rich.console import ConsoleOptions
from rich.console import RenderResult
from rich.progress_bar import ProgressBar
from rich.text import Text

from harness.report.terminal import encodable

MOST_NAMES = 2
"""Most cells named in the line; the rest are counted."""

BAR = 20
"""Width of the bar in columns, or a quarter of the terminal if that is less."""

ENOUGH = 3
"""Parts that must be done before the time left is shown; a third of all is enough
too."""


class ProgressLine:
    """The progress of a run, as a line that is redrawn all the time."""

    def __init__(
        self,
        total: int,
        weight: float,
        clock: Callable[[], float] = time.monotonic,
        idle: str = "installing",
    ) -> None:
        """``weight`` is the cost of the whole run, in any unit.

        ``idle`` says what the run does before and between measurements.
        """
        self.total = total
        self.done = 0
        self._weight = weight
        self._passed = 0.0
        self._clock = clock
        self._idle = idle
        self._began = clock()
        self._first: float | None = None
        self._ends: float | None = None
        self._busy: dict[str, float] = {}

    def begin(self, name: str, weight: float = 1.0) -> None:
        """Note that a part begins; ``weight`` is its cost, in the unit of the whole."""
        self._busy[name] = weight
        if self._first is None:
            self._first = self._clock()

    def end(self, name: str) -> None:
        """Note that a part has ended."""
        self._passed += self._busy.pop(name, 0.0)
        self.done += 1
        now = self._clock()
        if self._first is not None and self.done >= min(ENOUGH, self.total / 3):
            # Parts that are being measured count as half done.
            passed = self._passed + sum(self._busy.values()) / 2
            left = max(self._weight - passed, 0.0)
            self._ends = now + (now - self._first) * left / passed if passed else None

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._began

    def line(self, width: int) -> str:
        """The progress line without its bar, in at most ``width`` columns."""
        parts = [f"{self.done}/{self.total}", self._time()]
        busy = tuple(self._busy)
        if not busy and self.done < self.total:
            busy = (self._idle,)
        parts += _names(busy, width - len("  ".join(parts)) - 2)
        return "  ".join(parts)[: max(width, 0)].rstrip()

    def _time(self) -> str:
        if self._ends is None or self.done == self.total:
            return clock(self.seconds)
        return f"{clock(max(self._ends - self._clock(), 1.0))} left"

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """The bar and the line, one column narrower than the terminal."""
        width = options.max_width - 1
        bar = min(BAR, width // 4)
        yield ProgressBar(
            total=max(self.total, 1),
            completed=self.done,
            width=bar,
            pulse=not self.done,
        )
        line = encodable(self.line(width - bar - 1), console)
        yield Text(f" {line}", no_wrap=True, end="")


def _names(busy: Sequence[str], width: int) -> list[str]:
    """Names of the parts that are being measured, as many as fit."""
    if not busy:
        return []
    for most in range(min(len(busy), MOST_NAMES), 0, -1):
        more = len(busy) - most
        text = ", ".join(busy[:most]) + (f" and {more} more" if more else "")
        if len(text) <= width:
            return [text]
    return [f"{busy[0][: width - 1]}…"] if width > len("…") + 3 else []


def clock(seconds: float) -> str:
    """A duration as ``1:05``, or ``1:00:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
