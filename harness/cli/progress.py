"""Shows the progress of a run.

In a terminal a line per finished cell and, below, what is being measured and how many
cells are left. Elsewhere plain lines only.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn
from rich.progress import MofNCompleteColumn
from rich.progress import Progress as Bar
from rich.progress import TextColumn
from rich.progress import TimeElapsedColumn

from harness.environments.run import carry_out
from harness.measure.events import Event
from harness.records.plan import Plan
from harness.records.text import plural
from harness.records.words import Outcome
from harness.report.escape import printable


def line(event: Event) -> str:
    """The outcome of a cell in a few words."""
    if event.outcome is Outcome.MEASURED:
        most = f"{event.most}" if event.bounded else f"at least {event.most}"
        return f"{most} at once"
    return f"{event.outcome}: {event.reason}" if event.reason else f"{event.outcome}"


class Progress:
    """Shows events as they come, on standard error unless another console is given."""

    def __init__(self, plan: Plan, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._total = len(plan.cells)
        self._environments = len(plan.environments)
        self._done = 0
        self._begun = time.monotonic()
        self._now: dict[str, str] = {}
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("installing", total=self._total)

    def __enter__(self) -> Progress:
        cells, environments = self._total, self._environments
        self._print(f"{plural(cells, 'cell')} in {plural(environments, 'environment')}")
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()
        seconds = time.monotonic() - self._begun
        self._print(f"{self._done} of {self._total} cells in {seconds:.1f} s")

    def seen(self, event: Event) -> None:
        """A cell was begun, or is done."""
        environment = "/".join(event.id.split("/")[:2])
        if event.outcome is None:
            self._now[environment] = event.id.split("/")[2]
        else:
            self._now.pop(environment, None)
            self._done += 1
            left = f"{self._done:>{len(str(self._total))}}/{self._total}"
            self._print(f"{left}  {event.id}  {line(event)}")
        self._bar.update(self._task, completed=self._done, description=self._busy())

    def _busy(self) -> str:
        return escape(
            ", ".join(f"{e} {c}" for e, c in self._now.items()) or "installing"
        )

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def say(words: str) -> None:
    """Print one line for the user that is no result, on standard error."""
    line = printable(words, characters=2000)
    print(f"flask-concurrency: {line}", file=sys.stderr, flush=True)


def show_and_carry_out(
    plan: Plan, results: Path, jobs: int, environments: Path | None = None
) -> bool:
    """Measure a plan and show the progress; whether that was interrupted."""
    with Progress(plan) as progress:
        try:
            asyncio.run(carry_out(plan, results, jobs, progress.seen, environments))
        except KeyboardInterrupt:
            return True
    return False
