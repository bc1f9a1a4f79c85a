"""What ``track`` and ``bisect`` share: their options, releases, and measuring.

Whatever was measured is added to the history, however the run ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version

from harness.cli import options as shared
from harness.cli.progress import show_and_carry_out
from harness.environments.collect import collect
from harness.environments.index import releases_of
from harness.environments.run import check_limit
from harness.measure.nothing import nothing_measured
from harness.records.catalog import Selection
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.results import begin
from harness.records.results import read_evidence
from harness.records.words import Outcome
from harness.track import history
from harness.track.follow import Limits
from harness.track.follow import Package
from harness.track.timeline import unsupported_cells


@dataclass(frozen=True, kw_only=True)
class Following:
    """The options of every verb that follows releases."""

    since: tuple[tuple[str, Version], ...]
    until: tuple[tuple[str, Version], ...]
    pre: bool
    """Whether pre-releases are followed too."""
    flask: tuple[str, ...]
    server_release: tuple[str, ...]
    limit: int
    python: str | None
    """The Python that was named; ``None`` leaves it to the id of a cell."""
    catalog: Path
    history: Path
    results: Path
    jobs: int
    """Environments that are measured side by side."""

    @property
    def selection(self) -> Selection:
        """The selection beside the releases that are followed."""
        return shared.selection(
            self.flask, self.server_release, self.limit, self.python
        )

    @property
    def limits(self) -> Limits:
        """The oldest and the newest releases."""
        return Limits(dict(self.since), dict(self.until))


def limit(text: str) -> tuple[str, Version]:
    """The package and the release that a text such as ``gunicorn==20.1.0`` names."""
    name, _, release = text.partition("==")
    try:
        return canonicalize_name(name.strip()), Version(release)
    except InvalidVersion:
        remedy = "write it like gunicorn==20.1.0"
        raise click.BadParameter(f"{text!r}: {remedy}") from None


following = shared.as_record(
    "given",
    Following,
    click.option(
        "--since",
        multiple=True,
        type=limit,
        metavar="NAME==RELEASE",
        help="Leave out older releases of a package; may be repeated.",
    ),
    click.option(
        "--until",
        multiple=True,
        type=limit,
        metavar="NAME==RELEASE",
        help="Leave out newer releases of a package; may be repeated.",
    ),
    click.option("--pre", is_flag=True, help="Include pre-releases."),
    click.option(
        "--history",
        type=shared.DIRECTORY,
        default="history",
        metavar="DIR",
        help="Folder of all measurements, one file each.",
    ),
    shared.axes,
    shared.jobs,
    shared.results,
)
"""The options that all verbs have that follow releases."""


def releases_on_index(package: Package, python: str, *, pre: bool) -> list[str]:
    """The releases of a package on the index that run on a Python, oldest first.

    Raises ``UsageError`` when there is none.
    """
    releases = [
        each.version
        for each in releases_of(package.project)
        if each.runs_on(python) and (pre or not Version(each.version).is_prerelease)
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
        for each in unsupported_cells(plan).environments
        for one in history.by_cell(nothing_measured(each, Outcome.NOT_SUPPORTED, ""))
    }


def adopt(plan: Plan, results: Path, folder: Path) -> list[Path]:
    """Add to the history what a run measured that was killed before it could do so."""
    planned = {cell.id for cell in plan.cells}
    evidence, _ = read_evidence(results)
    left = [e for e in evidence if {cell.id for cell in e.cells} <= planned]
    return history.add(folder, left)


def measure(plan: Plan, given: Following, *, quiet: bool = False) -> list[Evidence]:
    """Measure a plan, and add it to the history; evidence of all its cells.

    Raises ``Interrupted``.
    """
    check_limit(plan)
    begin(given.results, plan)
    try:
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
    """Measure a plan that has begun; evidence of its cells. Raises ``Interrupted``."""
    if show_and_carry_out(plan, results, jobs, environments, quiet=quiet):
        raise Interrupted("interrupted; what was measured is in the history")
    return collect(results)[0]
