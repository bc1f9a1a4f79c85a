"""The progress of a run, shown on standard error.

In a terminal, results scroll by above one line that says how far the run is. Elsewhere
there are only plain lines.
"""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.live import Live
from rich.text import Text

from harness.cli.progress_line import ProgressLine
from harness.cli.reproduce import probe_again
from harness.environments.run import carry_out
from harness.judge.judge import judge_cell
from harness.measure.events import Event
from harness.plan.shards import cost_of
from harness.records import files
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.report import CellReport
from harness.records.results import evidence_path
from harness.records.text import plural
from harness.report.escape import printable
from harness.report.sections.cell_result import result
from harness.report.terminal import encodable

PER_SECOND = 4
"""How often the line is drawn."""

NUMBER = 8
"""Width of the number in a result, so that the names behind numbers line up."""

NARROWEST = 8
"""The least width of a name, in columns."""


class Progress:
    """Prints the results of a run as they arrive, and how far the run has come."""

    def __init__(
        self, status: ProgressLine, console: Console, *, in_lines: bool
    ) -> None:
        self._status = status
        self._console = console
        self.in_lines = in_lines
        """Whether names may be long, as lines are not cut off."""
        self._reasons: set[str] = set()

    def begin(self, name: str, weight: float = 1.0) -> None:
        """Note that the measurement of a cell or deployment begins."""
        self._status.begin(name, weight)

    def end(self, name: str, cell: CellReport) -> None:
        """Print the result of a cell or deployment.

        In a terminal, a reason for a missing number is not printed twice.
        """
        self._status.end(name)
        number, mark, note = result(cell)
        if cell.ceiling is None and not self.in_lines:
            if note in self._reasons:
                return
            self._reasons.add(note)
        total = str(self._status.total)
        head = f"{self._status.done:>{len(total)}}/{total}  {number:>{NUMBER}}  "
        words = ""
        if mark is not None:
            symbol = "" if self.in_lines else f"{mark.symbol} "
            words = f"  {symbol}{mark.word}"
        room = self._console.width - len(head) - len(words)
        name = printable(name)
        if not self.in_lines and len(name) > room >= NARROWEST:
            # Other reasons are in the report, but an uneven number should be noticed at
            # once.
            name = f"{name[: room - 1]}…"
        line = Text(head + name)
        if mark is not None:
            reason = f": {printable(note, characters=2000)}"
            line.append(words + (reason if cell.ceiling is None else ""), mark.colour)
        self.say(line)

    def totals(self) -> str:
        """How many cells were measured, and in how many seconds."""
        done, total = self._status.done, plural(self._status.total, "cell")
        return f"{done} of {total} in {self._status.seconds:.1f} s"

    def say(self, line: Text | str) -> None:
        """Print a line above the progress line; in a terminal it is cut to fit."""
        text = Text(line) if isinstance(line, str) else line
        text.plain = encodable(text.plain, self._console)
        if self.in_lines:
            self._console.print(text, soft_wrap=True)
        else:
            self._console.print(text, no_wrap=True, overflow="ellipsis")


@contextlib.contextmanager
def progress(
    total: int, weight: float, *, quiet: bool = False, idle: str = "installing"
) -> Iterator[Progress]:
    """Show the progress of a run of ``total`` parts on standard error.

    ``idle`` says what the run does while no part is being measured.
    """
    console = Console(stderr=True, highlight=False, quiet=quiet)
    # Variables such as FORCE_COLOR make rich take anything for a terminal.
    in_lines = quiet or not console.is_interactive or not sys.stderr.isatty()
    status = ProgressLine(total, weight, idle=idle)
    shown = Progress(status, console, in_lines=in_lines)
    if in_lines:
        yield shown
        return
    live = Live(status, console=console, refresh_per_second=PER_SECOND, transient=True)
    with live:
        yield shown


# ------------------------------------------------------------------------------- plans


class _ShownCell(NamedTuple):
    """A cell of a plan, and the short name that it is shown by."""

    planned: PlannedCell
    environment: PlannedEnvironment
    name: str

    @property
    def weight(self) -> float:
        """Its share of the progress; zero if it cannot be measured."""
        if self.planned.not_supported is not None:
            return 0.0
        return cost_of(self.planned, self.environment.limit)

    def judged(self, results: Path) -> CellReport:
        """Judge its evidence, which has just been written."""
        path = evidence_path(results, self.environment.environment)
        evidence = files.read(path, Evidence)
        (cell,) = (each for each in evidence.cells if each.id == self.planned.id)
        return judge_cell(evidence, cell, probe_again())


def show_and_carry_out(
    plan: Plan,
    results: Path,
    jobs: int,
    environments: Path | None = None,
    *,
    quiet: bool = False,
    in_report: bool = False,
) -> bool:
    """Measure a plan and show the progress; return whether it was interrupted.

    With ``in_report`` no closing count is printed, because the report has it.
    """
    cells = _shown_cells(plan)
    weight = sum(cell.weight for cell in cells.values())

    def on_event(event: Event) -> None:
        cell = cells[event.id]
        name = event.id if shown.in_lines else cell.name
        if event.outcome is None:
            shown.begin(name, cell.weight)
        else:
            shown.end(name, cell.judged(results))

    with progress(len(cells), weight, quiet=quiet) as shown:
        count = plural(len(plan.environments), "environment")
        shown.say(f"{plural(len(cells), 'cell')} in {count}")
        try:
            asyncio.run(
                carry_out(plan, results, jobs, on_event, shown.say, environments)
            )
        except KeyboardInterrupt:
            return True
        finally:
            if not in_report:
                shown.say(shown.totals())
    return False


def _shown_cells(plan: Plan) -> dict[str, _ShownCell]:
    """The cells of a plan by id, each with a short name that is unique in the plan."""
    flasks = {planned.environment.flask for planned in plan.environments}
    pythons = {planned.environment.python for planned in plan.environments}
    cells = {}
    for environment in plan.environments:
        for planned in environment.cells:
            flask, server, configuration, python = planned.id.split("/")
            parts = [flask] if len(flasks) > 1 else []
            parts += [server, configuration, *([python] if len(pythons) > 1 else [])]
            cells[planned.id] = _ShownCell(planned, environment, "/".join(parts))
    return cells
