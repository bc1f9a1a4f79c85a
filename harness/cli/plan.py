"""The verb ``plan``, and how a selection becomes a plan."""

from pathlib import Path

from harness.cli.streams import say
from harness.cli.usage.selecting import Selected
from harness.environments.build import with_built
from harness.plan.catalog import load
from harness.plan.plan import make_plan
from harness.plan.shards import check_size
from harness.plan.shards import job_matrix
from harness.plan.suggest import NoSuchCell
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.results import begin


def plan(selected: Selected, shards: int, max_cells: int, results: Path) -> int:
    """Write the plan of a run and print its jobs."""
    made = plan_of(selected, results)
    check_size(made, max_cells)
    jobs = job_matrix(made, shards)
    begin(results, made)
    print(jobs)
    return 0


def plan_of(selected: Selected, results: Path) -> Plan:
    """Plan a selection; wheels of sources are built below the folder of results."""
    known = load(selected.catalog)
    try:
        return make_plan(known, with_built(known, selected.selection, results, say))
    except NoSuchCell as error:
        hints = [] if error.near else ["--all --list shows every id"]
        if not error.near or error.glob.startswith("flask-"):
            hints.append("--flask adds a release of Flask that the matrix lacks")
        raise UsageError("; ".join((f"--only {error}", *hints))) from None
