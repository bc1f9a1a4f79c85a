"""Shows the progress of a run.

In a terminal a line per finished cell and, below, what is being measured and how many
cells are left. Elsewhere plain lines only.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn
from rich.progress import MofNCompleteColumn
from rich.progress import Progress
from rich.progress import TextColumn
from rich.progress import TimeElapsedColumn

from harness.environments.run import carry_out
from harness.measure.events import Event
from harness.records.errors import HarnessError
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


@contextlib.contextmanager
def progress(plan: Plan, *, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """Show the progress of a run on standard error; yields what takes its events."""
    console = Console(stderr=True, highlight=False, quiet=quiet)
    show = partial(console.print, markup=False, soft_wrap=True)
    columns = TextColumn("{task.description}"), BarColumn(bar_width=20)
    bar = Progress(
        *(*columns, MofNCompleteColumn(), TimeElapsedColumn()),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    begun, total, done = time.monotonic(), len(plan.cells), 0
    task = bar.add_task("installing", total=total)
    now: dict[str, str] = {}

    def seen(event: Event) -> None:
        nonlocal done
        flask, server, configuration, _ = event.id.split("/")
        if event.outcome is None:
            now[f"{flask}/{server}"] = configuration
        else:
            now.pop(f"{flask}/{server}", None)
            done += 1
            show(f"{done:>{len(str(total))}}/{total}  {event.id}  {line(event)}")
        busy = ", ".join(f"{where} {what}" for where, what in now.items())
        bar.update(task, completed=done, description=escape(busy or "installing"))

    environments = plural(len(plan.environments), "environment")
    show(f"{plural(total, 'cell')} in {environments}")
    try:
        with bar:
            yield seen
    finally:
        show(f"{done} of {total} cells in {time.monotonic() - begun:.1f} s")


def say(words: str) -> None:
    """Print one line for the user that is no result, on standard error."""
    line = printable(words, characters=2000)
    print(f"flask-concurrency: {line}", file=sys.stderr, flush=True)


def say_faults(faults: Sequence[HarnessError]) -> int:
    """Print errors that did not end a run; the exit code that it ends with."""
    for fault in faults:
        say(str(fault))
    return faults[0].exit_code if faults else 0


def show_and_carry_out(
    plan: Plan,
    results: Path,
    jobs: int,
    environments: Path | None = None,
    *,
    quiet: bool = False,
) -> bool:
    """Measure a plan and show the progress; whether that was interrupted."""
    with progress(plan, quiet=quiet) as seen:
        try:
            asyncio.run(carry_out(plan, results, jobs, seen, environments))
        except KeyboardInterrupt:
            return True
    return False
