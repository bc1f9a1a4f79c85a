"""The verb ``probe``: plan, measure and report in one go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

import click

from harness.cli import options as shared
from harness.cli.compare import comparing
from harness.cli.compare import comparison
from harness.cli.compare import ComparisonOptions
from harness.cli.compare import known
from harness.cli.plan import plan_of
from harness.cli.progress import show_and_carry_out
from harness.cli.report import conclude
from harness.cli.report import show
from harness.environments.run import check_limit
from harness.plan.plan import list_cells
from harness.records import results
from harness.records.catalog import Selection
from harness.records.errors import Interrupted


class ProbeOptions(NamedTuple):
    """What ``probe`` is given."""

    selection: Selection
    catalog: Path
    list_only: bool
    jobs: int
    comparison: ComparisonOptions
    results: Path


def _record(given: Mapping[str, Any]) -> ProbeOptions:
    return ProbeOptions(
        selection=shared.selection(given),
        catalog=given["catalog"],
        list_only=given["list_only"],
        jobs=given["jobs"],
        comparison=comparison(given),
        results=given["results"].resolve(),
    )


@click.command(
    cls=shared.Verb,
    record=_record,
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
def probe(options: ProbeOptions) -> int:
    """Measure configurations and show the matrix.

    A cell is one configuration of a server with one release of Flask, of the server and
    of Python. Without options a small selection of the catalog is measured.
    """
    made = plan_of(options.selection, options.catalog, options.results)
    if options.list_only:
        print("\n".join(list_cells(made)))
        return 0
    check_limit(made)
    before = known(options.comparison)
    results.begin(options.results, made)
    if show_and_carry_out(made, options.results, options.jobs):
        # Cells that were not reached are not missing: the user knows why.
        evidence, _ = results.read_evidence(options.results)
        show(options.results, evidence)
        return Interrupted.exit_code
    return conclude(options.results, before, options.comparison.fail_on)
