"""Knows the verb ``track``: which releases are measured, and what comes of it; must not
know how a cell is measured, nor when two numbers differ.

Rule: what was measured is in the history before anything is said of it, however the
run ends.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from harness.cli.again import probe_again
from harness.cli.progress import say
from harness.cli.progress import show_and_carry_out
from harness.environments import index as package_index
from harness.environments.build import with_built
from harness.environments.run import check_limit
from harness.judge.judge import judge
from harness.measure.nothing import nothing_measured
from harness.plan import catalog
from harness.plan.plan import only_cells
from harness.plan.plan import plan_cells
from harness.plan.select import split_releases
from harness.records import results as store
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.errors import HarnessFailed
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.track import Line
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report import terminal
from harness.report.sections import timeline as rendering
from harness.system.machine import now
from harness.track import history
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.follow import Followed
from harness.track.follow import limits
from harness.track.follow import Package
from harness.track.follow import packages_of
from harness.track.follow import within_limits
from harness.track.history import by_cell
from harness.track.timeline import key
from harness.track.timeline import line
from harness.track.timeline import point
from harness.track.timeline import with_news

USUAL = ("werkzeug/run",)
"""What is followed unless something is named."""


class Task(NamedTuple):
    """What is followed, and all that it takes to measure it."""

    known: Catalog
    selection: Selection
    lines: list[Followed]

    @property
    def plan(self) -> Plan:
        """All cells of all lines, measured before or not."""
        cells = dict.fromkeys(cell for line in self.lines for cell in line.cells)
        return plan_cells(self.known, self.selection, cells)


# --------------------------------------------------------------------- what to follow


def add_track(verb: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    verb.add_argument(
        "configurations",
        nargs="*",
        metavar="CONFIGURATION",
        help="SERVER/CONFIGURATION, a glob on these, or the id of a cell "
        f"(default: {' '.join(USUAL)})",
    )
    verb.add_argument(
        "--of",
        action="append",
        default=[],
        metavar="NAME",
        help="follow the releases of Flask (default), or of a server",
    )
    verb.add_argument(
        "--list", action="store_true", help="list what would be measured, and end"
    )
    verb.add_argument(
        "--show",
        action="store_true",
        help="show what is known; ask no index and measure nothing",
    )
    add_following(verb)


def add_following(verb: argparse.ArgumentParser) -> None:
    """Add what all verbs have in common that follow releases."""
    verb.add_argument(
        "--since",
        action="append",
        default=[],
        metavar="NAME==RELEASE",
        help="leave out older releases of a package",
    )
    verb.add_argument(
        "--until",
        action="append",
        default=[],
        metavar="NAME==RELEASE",
        help="leave out newer releases of a package",
    )
    verb.add_argument("--pre", action="store_true", help="also pre-releases")
    verb.add_argument(
        "--history",
        type=Path,
        default=Path("history"),
        metavar="DIR",
        help="folder of all measurements, one file each (default: %(default)s)",
    )


def listed(package: Package, python: str, *, pre: bool) -> list[str]:
    """The releases of a package that are on the index and may be of use, oldest first.

    Those for other Pythons than the one that is measured with are left out, and unless
    asked for pre-releases.
    """
    found = [
        each.version
        for each in package_index.releases_of(package.project)
        if each.runs_on(python) and (pre or not Version(each.version).is_prerelease)
    ]
    if not found:
        raise UsageError(
            f"{package.project}: no release on the index is for Python {python}; "
            "choose another with --python"
        )
    return found


def asked_for(package: Package, selection: Selection) -> list[str]:
    """The releases of a package, and the sources of it, that the options name."""
    if package.server is None:
        return list(selection.flask)
    pairs = map(split_releases, selection.server_releases)
    return [each for name, found in pairs if name == package.name for each in found]


def _task(options: argparse.Namespace, selection: Selection) -> Task:
    known = catalog.load(options.catalog)
    texts = options.configurations or USUAL
    targets = [each for text in texts for each in find_targets(known, text)]
    packages = packages_of(known, targets, options.of)
    asked = limits(options.since, options.until)
    selection = with_built(known, selection, options.results.resolve(), say)
    lines = []
    for package in packages:
        found = asked_for(package, selection)
        if options.show:
            found += _of_history(options.history, package)
        else:
            found += listed(package, selection.python, pre=options.pre)
        releases = within_limits(package, found, asked)
        lines += follow(known, targets, package, releases, selection.python)
    return Task(known, selection, lines)


def _of_history(folder: Path, package: Package) -> list[str]:
    """The releases of a package that something is known of."""
    found = set()
    for each in history.read(folder)[0]:
        where = each.environment
        if package.server is None:
            found.add(where.flask)
        elif where.server == package.name:
            found.add(where.server_version)
    return sorted(found, key=Version)


# ------------------------------------------------------------------------ the verb


def run(options: argparse.Namespace, selection: Selection) -> int:
    """Measure what is not known yet, keep it, and show the timeline; the exit code."""
    task, results = _task(options, selection), options.results.resolve()
    plan = task.plan
    if not (options.list or options.show):
        adopt(plan, results, options.history)
    before, faults = history.read(options.history)
    wanted = _to_measure(plan, history.newest(before))
    if options.list:
        print("\n".join(cell.id for each in wanted.environments for cell in each.cells))
        return 0
    interrupted, after = False, before
    if wanted.environments and not options.show:
        interrupted = measure(wanted, results, options)
        after, _ = history.read(options.history)
    timeline = _timeline(task, plan, before, after)
    _show(results, timeline, _evidence(plan, history.newest(after)))
    for fault in faults:
        say(str(fault))
    if interrupted:
        return Interrupted.exit_code
    _check(wanted, history.newest(after))
    return faults[0].exit_code if faults else 0


def _to_measure(plan: Plan, known: Mapping[str, Evidence]) -> Plan:
    return only_cells(
        plan,
        lambda cell: (
            cell.not_supported is None
            and (cell.id not in known or history.is_retryable(known[cell.id]))
        ),
    )


def measure(plan: Plan, results: Path, options: argparse.Namespace) -> bool:
    """Measure a plan and keep what came of it; whether it was interrupted."""
    check_limit(plan)
    store.begin(results, plan)
    try:
        return show_and_carry_out(plan, results, options.jobs)
    finally:
        evidence, _ = store.read_evidence(results)
        history.add(options.history, evidence)


def adopt(plan: Plan, results: Path, folder: Path) -> None:
    """Keep what a run measured that was killed before it could keep it."""
    wanted = {cell.id for each in plan.environments for cell in each.cells}
    evidence, _ = store.read_evidence(results)
    left = [e for e in evidence if {cell.id for cell in e.cells} <= wanted]
    history.add(folder, left)


def _check(wanted: Plan, known: Mapping[str, Evidence]) -> None:
    """Raise ``HarnessFailed`` when the instrument failed in a cell of this run."""
    for each in wanted.environments:
        for cell in each.cells:
            found = known.get(cell.id)
            for seen in found.cells if found else ():
                if seen.outcome is Outcome.HARNESS_FAILED:
                    raise HarnessFailed(
                        f"the instrument failed in {cell.id}: {seen.reason}; it is "
                        "measured again next time"
                    )


# --------------------------------------------------------------------- the timeline


def _timeline(
    task: Task, plan: Plan, before: Sequence[Evidence], after: Sequence[Evidence]
) -> Timeline:
    old, new = history.newest(before), history.newest(after)
    impossible = unsupported(plan)
    lines = []
    for followed in task.lines:
        known = _line(followed, old, impossible)
        fresh = tuple(
            followed.release(cell)
            for cell in followed.cells
            if new.get(str(cell)) != old.get(str(cell))
        )
        found = with_news({key(known): known}, _line(followed, new, impossible, fresh))
        lines.append(found)
    return Timeline(made_at=now(), lines=tuple(lines))


def _evidence(plan: Plan, known: Mapping[str, Evidence]) -> list[Evidence]:
    """What is known of the cells of a plan, in its order."""
    cells = [cell.id for each in plan.environments for cell in each.cells]
    return [known[name] for name in cells if name in known]


def _show(results: Path, timeline: Timeline, evidence: Sequence[Evidence]) -> None:
    """Write and print the timeline; the report has everything that it was made of."""
    if evidence:
        store.write_report(results, judge(evidence, probe_again()))
    store.write_timeline(results, timeline)
    store.write_text(results / "report.md", rendering.render(timeline))
    terminal.say(rendering.plain(timeline))


def unsupported(plan: Plan) -> dict[str, Evidence]:
    """By the id of a cell, that it cannot be; of what the plan says so."""
    none = only_cells(plan, lambda cell: cell.not_supported is not None)
    told = (nothing_measured(e, Outcome.NOT_SUPPORTED, "") for e in none.environments)
    return {e.cells[0].id: e for several in told for e in by_cell(several)}


def _line(
    followed: Followed,
    known: Mapping[str, Evidence],
    impossible: Mapping[str, Evidence],
    fresh: tuple[str, ...] = (),
) -> Line:
    points = [
        point(followed.release(cell), evidence)
        for cell in followed.cells
        if (evidence := known.get(str(cell)) or impossible.get(str(cell)))
    ]
    like = Line(
        package=followed.package.name,
        server=followed.target.server.name,
        server_title=followed.target.server.title,
        configuration=followed.target.configuration.id,
        beside=followed.beside,
        python=followed.cells[0].python,
        spans=(),
        measured=fresh,
    )
    return line(like, points)
