"""Finds releases and measures them, for ``track`` and ``bisect``.

Measurements are added to the history however the run ends.
"""

from collections.abc import Sequence
from pathlib import Path

from packaging.version import Version

from harness.cli.progress import show_and_carry_out
from harness.cli.usage.following import Following
from harness.environments.collect import collect
from harness.environments.index import releases_of
from harness.environments.run import check_limit
from harness.measure.unmeasured import nothing_measured
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.results import begin
from harness.records.results import read_evidence
from harness.records.words import Outcome
from harness.track import history
from harness.track.follow import follow
from harness.track.follow import Followed
from harness.track.follow import measured_releases
from harness.track.follow import named_releases
from harness.track.follow import Package
from harness.track.follow import Target
from harness.track.follow import within_limits
from harness.track.timeline import unsupported_cells


def lines_of(
    known: Catalog,
    targets: Sequence[Target],
    package: Package,
    selection: Selection,
    given: Following,
    stored: Sequence[Evidence] | None = None,
) -> list[Followed]:
    """The releases to follow for each target: on the index, or ``stored``."""
    if stored is None:
        every = _on_index(package, selection.python, pre=given.pre)
    elif not (every := measured_releases(package, stored)):
        return []
    releases = [*named_releases(package, selection), *every]
    releases = within_limits(package, releases, dict(given.since), dict(given.until))
    return follow(known, targets, package, releases, selection.python)


def _on_index(package: Package, python: str, *, pre: bool) -> list[str]:
    """The releases of a package on the index that run on a Python, oldest first.

    Raises ``UsageError`` when there is none.
    """
    releases = [
        release.version
        for release in releases_of(package.project)
        if release.runs_on(python)
        and (pre or not Version(release.version).is_prerelease)
    ]
    if not releases:
        raise UsageError(
            f"{package.project}: no release on the index is for Python {python}; "
            "choose another with --python"
        )
    return releases


def impossible_cells(plan: Plan) -> dict[str, Evidence]:
    """Evidence of the cells that cannot be measured, by the id of the cell."""
    return {
        one.cells[0].id: one
        for environment in unsupported_cells(plan).environments
        for one in history.by_cell(
            nothing_measured(environment, Outcome.NOT_SUPPORTED, "")
        )
    }


def adopt(plan: Plan, results: Path, folder: Path) -> list[Path]:
    """Add the measurements of a run that was killed to the history."""
    planned = {cell.id for cell in plan.cells}
    evidence, _ = read_evidence(results)
    left = [e for e in evidence if {cell.id for cell in e.cells} <= planned]
    return history.add(folder, left)


def measure(plan: Plan, given: Following) -> list[Evidence]:
    """Measure a plan and add it to the history; return evidence of all its cells.

    Raises ``Interrupted``.
    """
    check_limit(plan)
    begin(given.results, plan)
    try:
        quiet = given.printing.quiet
        return carry_out(plan, given.results, given.jobs, quiet=quiet)
    finally:
        history.add(given.history, read_evidence(given.results)[0])


def carry_out(
    plan: Plan,
    results: Path,
    jobs: int,
    environments: Path | None = None,
    *,
    quiet: bool = False,
) -> list[Evidence]:
    """Measure a plan; return evidence of its cells. Raises ``Interrupted``."""
    if show_and_carry_out(plan, results, jobs, environments, quiet=quiet):
        raise Interrupted("interrupted; what was measured is in the history")
    return collect(results)[0]
