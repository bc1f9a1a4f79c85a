"""Releases that lose requests on a reload are told from those that lose none."""

from collections.abc import Mapping
from collections.abc import Sequence

import msgspec
import pytest

from harness.plan.plan import plan_cells
from harness.records.catalog import Selection
from harness.records.changes import Change
from harness.records.choices import Act
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.life import LifeSeen
from harness.records.life import TapeSeen
from harness.records.plan import Environment
from harness.records.plan import Plan
from harness.records.words import Outcome
from harness.report.plain import inline
from harness.report.sections.bisection import headline
from harness.track.bisection import make_bisection
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.lost_requests import watching
from harness.track.point import compare_points
from harness.track.point import point
from harness.track.search import find_change
from harness.track.search import find_ends
from harness.track.search import KnownCells
from harness.track.search import Search
from harness.track.spans import make_gaps
from tests.builders.catalogs import REAL
from tests.builders.tapes import lost
from tests.builders.tapes import RELOADED
from tests.builders.tapes import UNCAUGHT
from tests.samples.make import cell
from tests.samples.make import evidence
from tests.samples.make import rounds

RELEASES = [f"24.{minor}" for minor in range(8)]

Truth = Mapping[str, int | None]
"""How many requests each release loses on a reload; ``None`` if unknown."""


def evidence_of(where: Environment, number: int | None, act: Act) -> Evidence:
    """Evidence of four requests at once, and of one tape with lost requests."""
    tape: TapeSeen = msgspec.structs.replace(
        RELOADED, act=act, lost=(lost(0.5),) * (number or 0), lost_in_all=number or 0
    )
    if number is None:
        tape = msgspec.structs.replace(UNCAUGHT, act=act)
    one = cell(where, "sync-4", 4, rounds(4, (1, 4), [4] * 8))
    one = msgspec.structs.replace(one, asked=(LifeSeen(tapes=(tape,)),))
    return evidence(where, [one])


class Searched:
    """A search for the release that began to lose requests on a reload."""

    def __init__(self, truth: Truth, stored: Act | None = None) -> None:
        self.truth = truth
        self.measured: list[str] = []
        targets = find_targets(REAL, "gunicorn/sync-4")
        package = find_package(REAL, "gunicorn")
        (self.followed,) = follow(REAL, targets, package, truth, "3.11")
        plan = plan_cells(REAL, Selection(python="3.11"), self.followed.cells)
        act = stored or Act.END
        every = {
            str(c): evidence_of(c.environment, truth[c.server_version], act)
            for c in self.followed.cells
        }
        plan = watching(plan, Act.RELOAD)
        self.search = Search(
            self.followed, plan, KnownCells(every, {}), self.measure, act=Act.RELOAD
        )

    def measure(self, plan: Plan) -> Sequence[Evidence]:
        """Return evidence of a plan, in which only a reload is watched."""
        assert all(each.acts == (Act.RELOAD,) for each in plan.cells)
        where = [environment.environment for environment in plan.environments]
        self.measured += [each.server_version for each in where]
        return [
            evidence_of(each, self.truth[each.server_version], Act.RELOAD)
            for each in where
        ]


def from_release(number: int) -> dict[str, int | None]:
    """Return how many requests each release loses: from one on, varying numbers."""
    return {r: n % 3 + 1 if n >= number else 0 for n, r in enumerate(RELEASES)}


def test_the_first_release_that_loses_requests_is_found() -> None:
    searched = Searched(from_release(5))
    change = find_change(searched.search, *find_ends(searched.search, None, None))
    assert (change.old.release, change.new.release) == ("24.4", "24.5")
    found = make_bisection(
        searched.followed, searched.search, change, [], lambda *_: "again"
    )
    assert inline(headline(found)) == (
        "gunicorn 24.5 (after 24.4): gunicorn sync-4 went from none lost on reload to "
        "3 lost on reload"
    )
    assert found.words == "none lost on reload before; now 3 lost on reload"


def test_another_number_of_lost_requests_is_no_change() -> None:
    searched = Searched(from_release(0))
    with pytest.raises(UsageError, match=r"agree: 1 lost on reload at either end"):
        find_ends(searched.search, None, None)


def test_a_tape_of_another_act_does_not_count() -> None:
    searched = Searched(from_release(5), stored=Act.KILL)
    find_ends(searched.search, None, None)
    assert searched.measured == ["24.0", "24.7"]
    searched = Searched(from_release(5), stored=Act.RELOAD)
    find_change(searched.search, *find_ends(searched.search, None, None))
    assert searched.measured == []


def test_a_release_without_a_tape_is_skipped() -> None:
    searched = Searched({**from_release(5), "24.0": None, "24.5": None})
    change = find_change(searched.search, *find_ends(searched.search, None, None))
    assert (change.old.release, change.new.release) == ("24.4", "24.6")
    without = searched.search.points["24.5"]
    assert without.number == "no tape of reload"
    assert "no handler" in without.reason
    (gap,) = make_gaps([without])
    assert (gap.outcome, gap.releases) == (Outcome.NOT_SUPPORTED, ("24.5",))
    assert "no handler" in gap.reason


def test_fewer_lost_requests_are_an_improvement() -> None:
    where = Environment(
        flask="3.1.3", server="gunicorn", server_version="27.0.1", python="3.11"
    )
    some, none = (
        point("27", evidence_of(where, number, Act.RELOAD), Act.RELOAD)
        for number in (2, 0)
    )
    changes = [point.change for point in compare_points([(some, none), (none, some)])]
    assert changes == [Change.MORE, Change.FEWER]
    assert some.cell.outcome is Outcome.MEASURED
    assert point("27", some.evidence).number == "4"
