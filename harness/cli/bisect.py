"""The verb ``bisect``: find the release in which a number changed, and the cause."""

import shutil
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path

import msgspec

from harness.cli.formats import show_text
from harness.cli.formats import write_pages
from harness.cli.releases import adopt
from harness.cli.releases import carry_out
from harness.cli.releases import impossible_cells
from harness.cli.releases import lines_of
from harness.cli.releases import measure
from harness.cli.reproduce import probe_again
from harness.cli.streams import say
from harness.cli.streams import say_faults
from harness.cli.usage.following import Following
from harness.cli.usage.printing import Printing
from harness.environments.build import with_built
from harness.plan import catalog
from harness.plan.plan import plan_cells
from harness.records import files
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.choices import Act
from harness.records.choices import Question
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import FLASK
from harness.records.plan import Plan
from harness.records.results import begin
from harness.records.results import BISECTION
from harness.records.results import LOCK
from harness.records.results import refuse_others
from harness.records.track import Bisection
from harness.records.track import Swap
from harness.report.sections import verdict
from harness.report.sections.bisection import headline
from harness.report.sections.bisection import section
from harness.report.text import Text
from harness.system.scratch import scratch_folder
from harness.track import history
from harness.track.bisection import make_bisection
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import Followed
from harness.track.follow import packages_of
from harness.track.follow import Target
from harness.track.lost_requests import watching
from harness.track.search import ChangePoint
from harness.track.search import find_change
from harness.track.search import find_ends
from harness.track.search import KnownCells
from harness.track.search import Search
from harness.track.swaps import find_parts
from harness.track.swaps import measure_swaps


def bisect(
    given: Following,
    cell: str,
    of: str | None,
    good: str | None,
    bad: str | None,
    lost_on: Act | None,
) -> int:
    """Find the release in which a configuration changed, and why."""
    known = catalog.load(given.axes.catalog)
    refuse_others(given.results)
    followed, selection = _follow(given, known, cell, of)
    if lost_on:
        ask = (*selection.ask, Question.LIFE)
        selection = msgspec.structs.replace(selection, ask=ask)
    plan = watching(plan_cells(known, selection, followed.cells), lost_on)
    adopt(plan, given.results, given.history)
    stored, faults = history.read(given.history)
    code = say_faults(faults)
    search = Search(
        followed,
        plan,
        KnownCells(history.newest(stored), impossible_cells(plan)),
        partial(measure, given=given),
        lost_on,
    )
    change = find_change(search, *find_ends(search, good, bad))
    quiet = given.printing.quiet
    swaps = _swap(known, selection, followed, change, given.results, quiet=quiet)
    bisection = make_bisection(followed, search, change, swaps, probe_again())
    _show(given.results, bisection, given.printing)
    return code


def _follow(
    given: Following, known: Catalog, cell: str, name: str | None
) -> tuple[Followed, Selection]:
    """The releases to search, and the selection that they are measured with."""
    target = _find_target(known, cell)
    usual = FLASK if target.server.pinned_by_flask else target.server.name
    package = find_package(known, name or usual)
    packages_of(known, [target], [package.name])  # raises if it names another server
    selection = with_built(known, given.axes.selection(), given.results, say)
    if target.python and not given.axes.python:
        selection = msgspec.structs.replace(selection, python=target.python)
    (followed,) = lines_of(known, [target], package, selection, given)
    return followed, selection


def _find_target(known: Catalog, text: str) -> Target:
    targets = find_targets(known, text)
    if len(targets) > 1:
        names = ", ".join(f"{t.server.name}/{t.configuration.id}" for t in targets)
        raise UsageError(
            f"{text!r} matches several configurations; choose one of {names}"
        )
    return targets[0]


def _swap(
    known: Catalog,
    selection: Selection,
    followed: Followed,
    change: ChangePoint,
    results: Path,
    *,
    quiet: bool,
) -> list[Swap]:
    """Swap one package at a time where several differ, each in its own environment."""
    server, edge = followed.target.server, (change.old, change.new)
    parts = find_parts(*edge, server)
    if len(parts) < 2:
        return []
    say(f"separating {len(parts)} packages or groups of them, one at a time")
    folder = results / "swaps"
    for lock in folder.glob(f"*/{LOCK}"):  # locks of an earlier run, and nothing else
        shutil.rmtree(lock.parent, ignore_errors=True)
    numbers = count(1)
    with scratch_folder() as environments:

        def measure_swap(plan: Plan) -> Sequence[Evidence]:
            one = folder / str(next(numbers))
            begin(one, plan)
            return carry_out(plan, one, 1, environments, quiet=quiet)

        return list(measure_swaps(known, selection, server, edge, measure_swap))


def _show(results: Path, bisection: Bisection, printing: Printing) -> None:
    files.write(results / BISECTION, bisection)
    page = section(bisection)
    write_pages(results, "The release that changed it", [page])
    end = verdict.of_bisection(headline(bisection))
    show_text(printing, [page._replace(title=Text()), end], [page])
