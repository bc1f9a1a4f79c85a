"""Knows the verb ``bisect``: which releases it looks at, and how what it found is told
apart by package; must not know when two numbers differ.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Mapping
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version

from harness.cli.again import probe_again
from harness.cli.progress import say
from harness.cli.progress import show_and_carry_out
from harness.cli.track import add_following
from harness.cli.track import adopt
from harness.cli.track import asked_for
from harness.cli.track import listed
from harness.cli.track import measure
from harness.cli.track import unsupported
from harness.environments.build import with_built
from harness.plan import catalog
from harness.plan.plan import only_cells
from harness.plan.plan import plan_cells
from harness.plan.select import FLASK
from harness.records import results as store
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.changes import Difference
from harness.records.errors import Interrupted
from harness.records.errors import NothingMeasured
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.track import Bisection
from harness.records.track import Side
from harness.records.track import Swap
from harness.records.track import Try
from harness.report import terminal
from harness.report.sections import bisection as rendering
from harness.track import bisection
from harness.track import history
from harness.track.bisection import Like
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.follow import Followed
from harness.track.follow import limits
from harness.track.follow import Package
from harness.track.follow import packages_of
from harness.track.follow import Target
from harness.track.follow import within_limits
from harness.track.timeline import all_versions
from harness.track.timeline import compared
from harness.track.timeline import gaps
from harness.track.timeline import Point
from harness.track.timeline import point

INTERRUPTED = "interrupted; what was measured is in the history"


def add_bisect(verb: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    verb.add_argument(
        "cell",
        metavar="CELL",
        help="SERVER/CONFIGURATION, or the id of a cell: what is beside the releases "
        "that are searched is as it says",
    )
    verb.add_argument(
        "--of",
        metavar="NAME",
        help="search the releases of Flask, or of the server (default: the server's, "
        "and for Flask's own Flask's)",
    )
    for name, which in (("--good", "one end"), ("--bad", "the other end")):
        verb.add_argument(
            name,
            metavar="RELEASE",
            help=f"{which} of the search (default: the oldest and the newest)",
        )
    add_following(verb)


class Looks:
    """Looks at releases: what is known is reused, and the rest is measured."""

    def __init__(
        self,
        followed: Followed,
        plan: Plan,
        kept: Sequence[Evidence],
        options: argparse.Namespace,
    ) -> None:
        self.releases = [followed.release(cell) for cell in followed.cells]
        self._ids = dict(zip(self.releases, map(str, followed.cells), strict=True))
        self._plan = plan
        self._options = options
        self._impossible = unsupported(plan)
        self._reused = {
            name: each
            for name, each in history.newest(kept).items()
            if not history.is_retryable(each)
        }
        self.points: dict[str, Point] = {
            release: self._point(release, self._reused)
            for release in self.releases
            if self._ids[release] in {**self._reused, **self._impossible}
        }
        self.order: list[str] = []
        """Releases that were looked at, as that was done."""

    def _point(self, release: str, known: Mapping[str, Evidence]) -> Point:
        cell = self._ids[release]
        return point(release, self._impossible.get(cell) or known[cell])

    def reused(self, release: str) -> bool:
        """Whether it was known before."""
        return self._ids[release] in self._reused

    def possible(self) -> list[str]:
        """Releases that nothing is known to be in the way of."""
        return [
            each for each in self.releases if self._ids[each] not in self._impossible
        ]

    def look(self, *releases: str) -> list[Point]:
        """What each of them does. Raises ``Interrupted``."""
        wanted = {self._ids[each] for each in releases if each not in self.points}
        if wanted:
            plan = only_cells(self._plan, lambda cell: cell.id in wanted)
            if measure(plan, self._options.results.resolve(), self._options):
                raise Interrupted(INTERRUPTED)
            found = history.newest(history.read(self._options.history)[0])
            for each in releases:
                if self._ids[each] in wanted:
                    self.points[each] = self._point(each, found)
        self.order += [each for each in releases if each not in self.order]
        return [self.points[each] for each in releases]


# ------------------------------------------------------------------------ the verb


class Question(NamedTuple):
    """What is searched, and in what."""

    known: Catalog
    selection: Selection
    followed: Followed
    plan: Plan


def run(options: argparse.Namespace, selection: Selection) -> int:
    """Find where a number changed, say so, and keep it; the exit code."""
    question = _question(options, selection)
    adopt(question.plan, options.results.resolve(), options.history)
    kept, faults = history.read(options.history)
    looks = Looks(question.followed, question.plan, kept, options)
    for fault in faults:
        say(str(fault))
    old, new = _ends(question.followed.package, looks, options)
    releases = looks.releases[
        looks.releases.index(old.release) : looks.releases.index(new.release) + 1
    ]
    likes, found = _search(releases, looks, old, new)
    low, high = releases[found.low], releases[found.high]
    edge = looks.points[low], looks.points[high]
    parts = _parts(question, edge)
    swaps = _swaps(question, edge, (old, new), parts, options) if len(parts) > 1 else []
    result = _result(question, looks, releases, likes, found, swaps)
    store.write_bisection(options.results.resolve(), result)
    text = rendering.render(result)
    store.write_text(options.results.resolve() / "report.md", text)
    terminal.say(rendering.plain(result))
    return faults[0].exit_code if faults else 0


def _question(options: argparse.Namespace, selection: Selection) -> Question:
    known = catalog.load(options.catalog)
    target = _target(known, options.cell)
    usual = FLASK if target.server.pinned_by_flask else target.server.name
    package = find_package(known, options.of or usual)
    packages_of(known, [target], [package.name])
    selection = with_built(known, selection, options.results.resolve(), say)
    if target.python and not options.python:
        selection = msgspec.structs.replace(selection, python=target.python)
    there = listed(package, selection.python, pre=options.pre)
    releases = [*there, *asked_for(package, selection)]
    asked = limits(options.since, options.until)
    releases = within_limits(package, releases, asked)
    (followed,) = follow(known, [target], package, releases, selection.python)
    plan = plan_cells(known, selection, followed.cells)
    return Question(known, selection, followed, plan)


def _target(known: Catalog, text: str) -> Target:
    found = find_targets(known, text)
    if len(found) > 1:
        names = ", ".join(f"{t.server.name}/{t.configuration.id}" for t in found)
        raise UsageError(f"{text!r} is several configurations: choose one of {names}")
    return found[0]


# ---------------------------------------------------------------------------- ends


def _ends(
    package: Package, looks: Looks, options: argparse.Namespace
) -> tuple[Point, Point]:
    """The two ends, the older first. Raises ``UsageError`` where they agree."""
    named = [
        _named(package, looks.releases, option, text)
        for option, text in (("--good", options.good), ("--bad", options.bad))
        if text
    ]
    if len(named) == 2:
        first, last = sorted(named, key=looks.releases.index)
        old, new = looks.look(first, last)
    elif options.good or options.bad:
        (one,) = named
        old, new = _with_one(looks, one, last_too=options.good is not None)
    else:
        old, new = _outermost(looks, looks.possible())
    for each in (looks.points[release] for release in named):
        if not each.tells:
            raise UsageError(
                f"{package.name} {each.release} cannot be one end: "
                f"{bisection.told(each)}: {each.cell.reason}"
            )
    if old.release == new.release or not bisection.differ(old, new):
        raise UsageError(_agree(package, looks, old, new))
    return old, new


def _named(package: Package, releases: Sequence[str], option: str, text: str) -> str:
    try:
        version = Version(text)
    except InvalidVersion:
        version = None
    for each in releases:
        if version is not None and Version(each) == version:
            return each
    near = ", ".join(get_close_matches(text, releases, n=3, cutoff=0.5))
    raise UsageError(
        f"{option} {text}: there is no such release of {package.name}; there are "
        f"{len(releases)} from {releases[0]} to {releases[-1]}"
        f"{f', near it {near}' if near else ''} (pre-releases only with --pre)"
    )


def _with_one(looks: Looks, one: str, last_too: bool) -> tuple[Point, Point]:
    """One end is named; the other is the newest for a good one, else the oldest."""
    at = looks.releases.index(one)
    possible = looks.possible()
    side = [r for r in possible if (looks.releases.index(r) > at) == last_too]
    here, there = _outermost(looks, [one, *side] if last_too else [*side, one])
    return here, there


def _outermost(looks: Looks, releases: Sequence[str]) -> tuple[Point, Point]:
    """The oldest and the newest of which something can be told."""
    left = list(releases)
    while left:
        old, new = looks.look(left[0], left[-1])
        if old.tells and new.tells:
            return old, new
        left = left[not old.tells : len(left) - (not new.tells)]
    raise NothingMeasured(
        "none of the releases could be measured; the newest: "
        f"{looks.points[looks.order[-1]].cell.reason if looks.order else 'none'}"
    )


def _agree(package: Package, looks: Looks, old: Point, new: Point) -> str:
    known = [p for p in looks.points.values() if p.tells]
    words = (
        f"{package.name} {old.release} and {new.release} agree: "
        f"{bisection.told(old)} at either end, so there is no change to find between "
        "them"
    )
    between = [p for p in known if bisection.which(p, old, new) is Like.NEITHER]
    if between:
        seen = ", ".join(f"{p.release} ({bisection.told(p)})" for p in between[:3])
        return f"{words}; but in between {seen} differs: choose --good and --bad"
    return f"{words}; what changed and was undone since is found by `track`"


# -------------------------------------------------------------------------- search


def _search(
    releases: Sequence[str], looks: Looks, old: Point, new: Point
) -> tuple[dict[str, Like], bisection.Search]:
    likes = {
        each: bisection.which(looks.points[each], old, new)
        for each in releases
        if each in looks.points
    }
    likes |= {old.release: Like.OLD, new.release: Like.NEW}
    while (found := bisection.search(releases, likes)).wanted is not None:
        release = releases[found.wanted]
        (seen,) = looks.look(release)
        likes[release] = bisection.which(seen, old, new)
    for each in (found.low, found.high):
        looks.look(releases[each])
    return likes, found


def _result(
    question: Question,
    looks: Looks,
    releases: Sequence[str],
    likes: Mapping[str, Like],
    found: bisection.Search,
    swaps: Sequence[Swap],
) -> Bisection:
    followed = question.followed
    old, new = (looks.points[releases[n]] for n in (found.low, found.high))
    (finding,) = compared([(old, new)])
    versions = all_versions(old, new)
    parts = _parts(question, (old, new))
    inside = releases[found.low + 1 : found.high]
    return Bisection(
        package=followed.package.name,
        server=followed.target.server.name,
        server_title=followed.target.server.title,
        configuration=followed.target.configuration.id,
        python=followed.cells[0].python,
        releases=tuple(releases),
        old=_side(old),
        new=_side(new),
        words=finding.words,
        between=tuple(gaps([looks.points[each] for each in inside])),
        tries=tuple(_try(looks, each, likes) for each in looks.order),
        others=tuple(bisection.others(releases, likes, found)),
        versions=versions,
        swaps=tuple(swaps),
        cause=bisection.cause(parts, swaps),
    )


def _try(looks: Looks, release: str, likes: Mapping[str, Like]) -> Try:
    seen = looks.points[release]
    return Try(
        release=release,
        said=bisection.told(seen),
        like=likes.get(release, Like.UNTOLD),
        reason="" if seen.tells else seen.cell.reason,
        reused=looks.reused(release),
    )


def _side(seen: Point) -> Side:
    cell = seen.cell
    return Side(
        release=seen.release,
        cell=cell.id,
        said=bisection.told(seen),
        outcome=cell.outcome,
        reason=cell.reason,
        rounds=len(cell.rounds),
        curve=cell.curve,
        installed=seen.evidence.installed,
        measured_at=seen.evidence.measured_at,
        host=seen.evidence.host,
        reproduce=probe_again()(seen.evidence, seen.evidence.cells[0]),
    )


# --------------------------------------------------------------------------- swaps


def _swaps(
    question: Question,
    edge: tuple[Point, Point],
    ends: tuple[Point, Point],
    parts: Sequence[tuple[Difference, ...]],
    options: argparse.Namespace,
) -> list[Swap]:
    """Each part by itself from the other side, in environments of their own."""
    say(f"separating {len(parts)} packages or groups of them, one at a time")
    results = options.results.resolve() / "swaps"
    shutil.rmtree(results, ignore_errors=True)
    found: list[Swap] = []
    with tempfile.TemporaryDirectory(prefix="flask-concurrency-") as environments:
        for on, here in zip((Like.OLD, Like.NEW), edge, strict=True):
            for part in parts:
                planned = _swapped(question, here, part, on)
                folder = results / str(len(found) + 1)
                plan = Plan(environments=(planned,))
                store.begin(folder, plan)
                if show_and_carry_out(plan, folder, 1, Path(environments)):
                    raise Interrupted(INTERRUPTED)
                evidence, _ = store.read_evidence(folder)
                found.append(_swap(part, on, point(here.release, evidence[0]), edge))
    return found


def _parts(
    question: Question, edge: tuple[Point, Point]
) -> list[tuple[Difference, ...]]:
    server = question.followed.target.server
    return bisection.groups(
        all_versions(*edge), canonicalize_name(server.package or ""), server.name
    )


def _swap(
    part: tuple[Difference, ...], on: Like, seen: Point, edge: tuple[Point, Point]
) -> Swap:
    return Swap(
        packages=part,
        on=on,
        like=bisection.which(seen, *edge),
        said=bisection.told(seen),
        reason="" if seen.tells else seen.cell.reason,
    )


def _swapped(
    question: Question, here: Point, part: Sequence[Difference], on: Like
) -> PlannedEnvironment:
    """The environment of one side, all pinned, with some packages from the other."""
    server = question.followed.target.server
    other = {
        str(canonicalize_name(d.name)): (d.now if on is Like.OLD else d.before) or ""
        for d in part
    }
    pins = {
        str(canonicalize_name(n)): v for n, v in here.evidence.installed.items()
    } | other
    where = here.evidence.environment
    own = canonicalize_name(server.package or "")
    cell = msgspec.structs.replace(
        where,
        flask=other.get("flask", where.flask),
        server_version=other.get(own, where.server_version),
    ).cell(question.followed.target.configuration.id)
    (planned,) = plan_cells(question.known, question.selection, [cell]).environments
    rest = sorted(pins.keys() - {"flask", own, "pip"})
    return msgspec.structs.replace(
        planned, constraints=tuple(f"{name}=={pins[name]}" for name in rest)
    )
