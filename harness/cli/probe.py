"""The verb ``probe``: plan, measure and report in one go."""

import time
from pathlib import Path

from harness.cli.compare import read_baseline
from harness.cli.plan import plan_of
from harness.cli.progress import show_and_carry_out
from harness.cli.report import conclude
from harness.cli.report import Conclusion
from harness.cli.report import show
from harness.cli.reproduce import probe_again
from harness.cli.usage.comparing import ComparisonOptions
from harness.cli.usage.printing import Printing
from harness.cli.usage.selecting import Selected
from harness.environments.run import check_limit
from harness.judge.changes import changes_in
from harness.judge.judge import judge
from harness.plan.plan import list_cells
from harness.records.errors import Interrupted
from harness.records.plan import Plan
from harness.records.results import begin
from harness.records.results import read_evidence
from harness.report.sections import summary
from harness.report.sections import verdict


def probe(
    selected: Selected,
    list_only: bool,
    jobs: int,
    comparison: ComparisonOptions,
    results: Path,
    printing: Printing,
) -> int:
    """Measure configurations and show the matrix."""
    made = plan_of(selected, results)
    if list_only:
        print("\n".join(list_cells(made)))
        return 0
    check_limit(made)
    before = read_baseline(comparison)
    begin(results, made)
    began = time.monotonic()
    interrupted = show_and_carry_out(
        made, results, jobs, quiet=printing.quiet, in_report=True
    )
    if interrupted:
        show_interrupted(made, results, printing)
        return Interrupted.exit_code
    seconds = time.monotonic() - began
    return conclude(results, before, comparison.fail_on, printing, seconds)


def show_interrupted(plan: Plan, results: Path, printing: Printing) -> None:
    """Show the report of an interrupted run, without cells that it did not reach.

    Raises ``Interrupted`` if nothing was measured.
    """
    evidence = read_evidence(results)[0]
    missing = len(plan.cells) - sum(len(each.cells) for each in evidence)
    if not evidence:
        raise Interrupted("interrupted before any cell was measured")
    judged = judge(evidence, probe_again())
    end = verdict.of_run(judged, None, missing)
    above = [summary.interrupted(missing)] if missing else []
    run = Conclusion(judged, changes_in(judged), end, above=above)
    show(results, printing, run)
