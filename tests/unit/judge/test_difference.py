"""When two measurements differ, and when chance explains the difference."""

import msgspec
import pytest

from harness.judge.compare import compare
from harness.records.changes import Change
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.words import Verdict
from tests.builders.reports import at
from tests.builders.reports import cell
from tests.builders.reports import DIED
from tests.builders.reports import EIGHT
from tests.builders.reports import even
from tests.builders.reports import FAILED
from tests.builders.reports import NEVER
from tests.builders.reports import OFTEN
from tests.builders.reports import report
from tests.builders.reports import SELDOM
from tests.builders.reports import singly
from tests.builders.reports import unbounded
from tests.builders.reports import UNSUPPORTED
from tests.samples.make import HOST


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        # All rounds agree: compared exactly.
        (EIGHT, EIGHT, Change.SAME),
        (EIGHT, even(7, 8), Change.FEWER),
        (EIGHT, even(4, 8), Change.FEWER),
        (EIGHT, at(8, *[8] * 6, above=9), Change.MORE),
        (even(1), even(4), Change.MORE),
        (EIGHT, even(4), Change.FEWER),
        # Always before, and hardly ever now: not by chance.
        (EIGHT, NEVER, Change.FEWER),
        (EIGHT, SELDOM, Change.FEWER),
        (NEVER, EIGHT, Change.MORE),
        # A cell that often reaches its best may do so six times in a row.
        (EIGHT, OFTEN, Change.SAME),
        (OFTEN, EIGHT, Change.SAME),
        (OFTEN, at(8, *[8] * 7, 7, 7, 7), Change.SAME),
        (SELDOM, NEVER, Change.SAME),
        # The highest number seen is another.
        (at(8, 5, 7, 6, 8, 5, 7, 8, 6, 8, 5), at(8, 4, 2, 3, 4, 4, 2, 3, 4, 4, 2),
         Change.FEWER),
        (at(8, 4, 2, 3, 4, 4, 2, 3, 4, 4, 2), at(8, 5, 7, 6, 8, 5, 7, 8, 6, 8, 5),
         Change.MORE),
        (at(8, *[5, 7, 6, 5, 7] * 2), at(8, *[5, 7, 6, 5] * 2, 7, 8), Change.SAME),
        # A number that was always reached, and now never, in however few rounds.
        (even(1000), at(1000, 700, 400, above=700), Change.FEWER),
        (at(1000, 700, 400, above=700), even(1000), Change.MORE),
        # If the declared number is never reached, only equal loads can be compared.
        (even(4, 8), at(8, 2, 3, 2, 3, 2, 2, 3, 2, 2, 3, above=4), Change.SAME),
        # It declares another number.
        (SELDOM, at(16, *range(4, 14), above=16, more=12), Change.NOT_COMPARABLE),
        (at(8, *[5, 7] * 5, above=8, more=12),
         at(16, *range(4, 14), above=16, more=12), Change.MORE),
        (SELDOM, at(16, 4, 5, 6, 7, 8), Change.NOT_COMPARABLE),
        # Lower bounds.
        (unbounded(), unbounded(), Change.SAME),
        (even(1), unbounded(), Change.MORE),
        (unbounded(), even(10), Change.FEWER),
        (unbounded(), even(64), Change.NOT_COMPARABLE),
        # Requests one by one: as few every time, or once.
        (singly(2, 1, 1, 1), singly(2, 2), Change.MORE),
        (singly(2, 2), singly(2, 1, 1, 1), Change.FEWER),
        (singly(2, 1), singly(2, 2), Change.SAME),
        # Too few rounds for either answer.
        (at(1000, 1000, 1000), at(1000, 1000, 998), Change.NOT_COMPARABLE),
        (cell(Verdict.UNKNOWN), EIGHT, Change.NOT_COMPARABLE),
        # By the outcome.
        (EIGHT, DIED, Change.BROKE),
        (DIED, EIGHT, Change.RECOVERED),
        (DIED, DIED, Change.SAME),
        (EIGHT, FAILED, Change.NOT_COMPARABLE),
        (FAILED, EIGHT, Change.NOT_COMPARABLE),
        (FAILED, DIED, Change.NOT_COMPARABLE),
        (UNSUPPORTED, EIGHT, Change.NEW),
        (EIGHT, UNSUPPORTED, Change.GONE),
        (UNSUPPORTED, UNSUPPORTED, Change.SAME),
        (None, EIGHT, Change.NEW),
        (EIGHT, None, Change.GONE),
        (None, UNSUPPORTED, Change.NEW),
        (UNSUPPORTED, None, Change.GONE),
    ],
)  # fmt: skip
def test_the_change_of_a_cell_is_classified(
    before: CellReport | None, now: CellReport | None, change: Change
) -> None:
    def of(one: CellReport | None) -> tuple[CellReport, ...]:
        return (one,) if one else ()

    (found,) = compare(report(*of(before)), report(*of(now))).cells
    assert found.change is change, found.reason
    assert found.reason
    assert (found.before is None, found.now is None) == (before is None, now is None)


def test_both_numbers_and_the_chance_are_reported() -> None:
    (found,) = compare(report(EIGHT), report(SELDOM)).cells
    assert found.before and found.now
    assert (found.before.said, found.now.said) == ("8", "up to 8")
    assert found.chance == pytest.approx(7 / 8008)
    assert found.reason == (
        "8 before; now 2 to 8: 8 of 8 in 6 of 6 rounds before and 1 of 10 now "
        "(p = 0.0009)"
    )
    (same,) = compare(report(OFTEN), report(EIGHT)).cells
    assert same.chance and same.chance > 0.1
    assert "which chance explains" in same.reason


def test_with_more_uneven_cells_a_change_needs_more_evidence() -> None:
    def many(one: CellReport) -> Report:
        ids = [f"flask-3.1.3/server-1/c{n}/py3.13" for n in range(40)]
        return report(*(msgspec.structs.replace(one, id=i) for i in ids))

    def with_first(first: CellReport) -> Report:
        rest = many(OFTEN).cells[1:]
        changed = msgspec.structs.replace(first, id=many(OFTEN).cells[0].id)
        return report(changed, *rest)

    other = at(8, *[8] * 6, 7, 7, 7, 7)
    now = report(with_first(SELDOM).cells[0], *many(other).cells[1:])
    assert compare(with_first(EIGHT), now).cells[0].change is Change.SAME
    assert compare(report(EIGHT), report(SELDOM)).cells[0].change is Change.FEWER


def test_another_limit_prevents_comparing_open_ends() -> None:
    other = msgspec.structs.replace(EIGHT, id="flask-3.1.3/server-1/c1/py3.13")
    before = report(unbounded(), other)
    now = msgspec.structs.replace(report(unbounded(100), other), limit=100)
    first, second = compare(before, now).cells
    assert first.change is Change.NOT_COMPARABLE
    assert "tried different numbers: at least 64 before; now at least 100" in (
        first.reason
    )
    assert second.change is Change.SAME
    fell = msgspec.structs.replace(report(even(10)), limit=100)
    assert compare(report(unbounded()), fell).cells[0].change is Change.FEWER


def test_another_number_of_processors_prevents_comparing_some_cells() -> None:
    bigger = msgspec.structs.replace(HOST, processors=64)

    def change(before: CellReport, now: CellReport) -> tuple[Change, str]:
        there = msgspec.structs.replace(report(now), host=bigger)
        (found,) = compare(report(before), there).cells
        return found.change, found.reason

    # Its options set the number: it is compared, with a remark.
    word, reason = change(EIGHT, even(4, 8))
    assert word is Change.FEWER
    assert "2 processors before and 64 now, which its number does not" in reason
    # The formula gives another number.
    word, reason = change(even(6), even(32))
    assert word is Change.NOT_COMPARABLE
    assert "declared number depends on the machine" in reason
    word, reason = change(NEVER, EIGHT)
    assert word is Change.NOT_COMPARABLE
    assert "uneven it is depends on the machine" in reason
    machine = compare(report(), msgspec.structs.replace(report(), host=bigger)).machine
    assert [(each.name, each.now) for each in machine] == [("processors", "64")]
