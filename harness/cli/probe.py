"""The verb ``probe``: plan, measure and report in one go."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli import options as shared
from harness.cli.compare import comparing
from harness.cli.compare import ComparisonOptions
from harness.cli.compare import known
from harness.cli.formats import loudness
from harness.cli.formats import output_format
from harness.cli.formats import QUIET
from harness.cli.plan import plan_of
from harness.cli.progress import show_and_carry_out
from harness.cli.report import conclude
from harness.cli.report import show
from harness.environments.run import check_limit
from harness.plan.plan import list_cells
from harness.records.catalog import Selection
from harness.records.errors import Interrupted
from harness.records.results import begin
from harness.records.results import read_evidence


@click.command(
    cls=shared.Verb,
    examples=(
        "flask-concurrency probe",
        "flask-concurrency probe --flask 2.3.3 --flask 3.1.3 --server gunicorn",
        "flask-concurrency probe --only 'flask-3.1.3/waitress-*/default/*' --ask all",
        "flask-concurrency probe --baseline before.json --fail-on regression",
    ),
)
@shared.selecting
@click.option(
    "--list", "list_only", is_flag=True, help="List the selected cells and stop."
)
@shared.jobs
@comparing
@shared.results
@output_format
@loudness
def probe(
    selection: Selection,
    catalog: Path,
    list_only: bool,
    jobs: int,
    comparison: ComparisonOptions,
    results: Path,
    output_format: str,
) -> int:
    """Measure configurations and show the matrix.

    A cell is one configuration of a server with one release of Flask, of the server and
    of Python. Without options a small selection of the catalog is measured.
    """
    made = plan_of(selection, catalog, results)
    if list_only:
        print("\n".join(list_cells(made)))
        return 0
    check_limit(made)
    before = known(comparison)
    begin(results, made)
    quiet = output_format == QUIET
    if show_and_carry_out(made, results, jobs, quiet=quiet):
        # Cells that were not reached are not missing: the user knows why.
        evidence = read_evidence(results)[0]
        missing = len(made.cells) - sum(len(each.cells) for each in evidence)
        show(results, evidence, format=output_format, missing=missing)
        return Interrupted.exit_code
    return conclude(results, before, comparison.fail_on, output_format)
