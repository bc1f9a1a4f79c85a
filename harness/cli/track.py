"""The verb ``track``: measure a configuration release by release."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.cli.formats import show_text
from harness.cli.formats import write_pages
from harness.cli.releases import adopt
from harness.cli.releases import impossible_cells
from harness.cli.releases import lines_of
from harness.cli.releases import measure
from harness.cli.reproduce import probe_again
from harness.cli.streams import say
from harness.cli.streams import say_faults
from harness.cli.usage.following import Following
from harness.cli.usage.printing import Printing
from harness.environments.build import with_built
from harness.judge.judge import judge
from harness.plan import catalog
from harness.plan.plan import plan_cells
from harness.records import files
from harness.records.errors import HarnessFailed
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.report import CellReport
from harness.records.results import refuse_others
from harness.records.results import REPORT
from harness.records.results import TIMELINE
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.report.sections import verdict
from harness.report.sections.timeline import sections
from harness.system.machine import now
from harness.track import history
from harness.track.follow import find_targets
from harness.track.follow import Followed
from harness.track.follow import packages_of
from harness.track.timeline import cells_to_measure
from harness.track.timeline import make_timeline


def track(
    given: Following,
    configurations: tuple[str, ...],
    of: tuple[str, ...],
    list_only: bool,
    show: bool,
) -> int:
    """Measure configurations under every release, and show what changed."""
    if not list_only:
        refuse_others(given.results)
    stored, faults = history.read(given.history)
    code = say_faults(faults)
    show = show and not list_only
    lines, plan = _plan(given, configurations, of, stored if show else None)
    if show and not lines and not faults:
        none = f"no measurement of {', '.join(configurations)}"
        raise UsageError(
            f"{given.history}: has {none if stored else 'no measurement at all'}; run "
            "track without --show to measure"
        )
    if not (show or list_only) and adopt(plan, given.results, given.history):
        stored, _ = history.read(given.history)
    # Measurements with another ``probe`` can be shown, but not compared.
    probe = history.latest_probe(stored) if show else PROBE
    before = after = history.newest(stored, probe)
    missing = cells_to_measure(plan, before)
    if list_only:
        print("\n".join(cell.id for cell in missing.cells))
        return 0
    interrupted = None
    if missing.environments and not show:
        interrupted = _measure(missing, given)
        after = history.newest(history.read(given.history)[0])
    timeline = make_timeline(lines, before, after, impossible_cells(plan), now())
    evidence = [after[cell.id] for cell in plan.cells if cell.id in after]
    _show(given.results, timeline, evidence, given.printing)
    if interrupted is not None:
        raise interrupted
    _check(missing, after)
    return code


def _plan(
    given: Following,
    configurations: Sequence[str],
    names: Sequence[str],
    stored: Sequence[Evidence] | None,
) -> tuple[list[Followed], Plan]:
    """The lines to follow, and a plan of their cells, or only of ``stored`` ones."""
    known = catalog.load(given.axes.catalog)
    targets = [
        target for text in configurations for target in find_targets(known, text)
    ]
    packages = packages_of(known, targets, names)
    selection = with_built(known, given.axes.selection(), given.results, say)
    lines = [
        line
        for package in packages
        for line in lines_of(known, targets, package, selection, given, stored)
    ]
    if stored is not None:
        cells = history.newest(stored, history.latest_probe(stored))
        lines = [line for line in lines if any(str(c) in cells for c in line.cells)]
    wanted = dict.fromkeys(cell for line in lines for cell in line.cells)
    return lines, plan_cells(known, selection, wanted)


def _measure(plan: Plan, given: Following) -> Interrupted | None:
    """Measure; return the interruption, so that the results can be shown first."""
    try:
        measure(plan, given)
    except Interrupted as interrupted:
        return interrupted
    return None


def _show(
    results: Path,
    timeline: Timeline,
    evidence: Sequence[Evidence],
    printing: Printing,
) -> None:
    """Write and print the timeline, and write a report of all evidence for it."""
    page = sections(timeline)
    cells: tuple[CellReport, ...] = ()
    if evidence:
        report = judge(evidence, probe_again())
        files.write(results / REPORT, report)
        cells = report.cells
    files.write(results / TIMELINE, timeline)
    write_pages(results, "Release by release", page, cells, timeline)
    show_text(printing, [*page[1:], verdict.of_timeline(timeline)], page)


def _check(plan: Plan, measured: Mapping[str, Evidence]) -> None:
    """Raise ``HarnessFailed`` when the instrument failed in a cell of this run."""
    ids = [cell.id for cell in plan.cells if cell.id in measured]
    for cell in (cell for name in ids for cell in measured[name].cells):
        if cell.outcome is Outcome.HARNESS_FAILED:
            raise HarnessFailed(
                f"the instrument failed in {cell.id}: {cell.reason}; run track again "
                "to measure that cell again"
            )
