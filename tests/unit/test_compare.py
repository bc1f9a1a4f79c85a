"""What is a change and what is none."""

from __future__ import annotations

import msgspec
import pytest

from harness.compare import Change
from harness.compare import compare
from harness.compare import gate_changes
from harness.errors import GateFailed
from harness.errors import UsageError
from harness.github import changes_on
from harness.model import CellReport
from harness.model import Outcome
from harness.model import Verdict
from harness.report import changes

from .test_github import cell
from .test_github import HOST
from .test_github import report


def measured(
    floor: int,
    ceiling: int,
    declared: int | None = 8,
    bounded: bool = True,
    verdict: Verdict = Verdict.UNEVEN,
) -> CellReport:
    """A cell with such numbers."""
    return msgspec.structs.replace(
        cell(verdict),
        declared=declared,
        floor=floor,
        ceiling=ceiling,
        bounded=bounded,
    )


DIED = cell(Outcome.DIED)
FAILED = cell(Outcome.HARNESS_FAILED)
UNSUPPORTED = cell(Outcome.NOT_SUPPORTED)
EIGHT = measured(8, 8)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (EIGHT, EIGHT, Change.SAME),
        (EIGHT, measured(7, 7), Change.FEWER),
        (EIGHT, measured(9, 9), Change.MORE),
        # Eight, but no longer always.
        (EIGHT, measured(4, 8), Change.FEWER),
        (measured(4, 8), EIGHT, Change.MORE),
        # Uneven as before: which numbers come out is chance.
        (measured(4, 8), measured(2, 7), Change.SAME),
        (measured(4, 8), measured(8, 12, declared=16), Change.NOT_COMPARABLE),
        (measured(5, 7), measured(1, 3), Change.FEWER),
        # More than it declares, each time it was asked for what it declares.
        (measured(8, 12), measured(8, 12), Change.SAME),
        # Lower bounds.
        (measured(64, 64, None, False), measured(64, 64, None, False), Change.SAME),
        (measured(64, 64, None, False), measured(10, 10, None), Change.FEWER),
        (measured(10, 10, None), measured(64, 64, None, False), Change.MORE),
        (measured(64, 64, None, False), measured(64, 64, None), Change.NOT_COMPARABLE),
        (measured(8, 8, verdict=Verdict.UNKNOWN), EIGHT, Change.NOT_COMPARABLE),
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
    ],
)
def test_one_cell(
    before: CellReport | None, now: CellReport | None, change: Change
) -> None:
    def of(one: CellReport | None) -> tuple[CellReport, ...]:
        return (one,) if one else ()

    (found,) = compare(report(*of(before)), report(*of(now)))
    assert found.change is change, found.reason
    assert found.reason


def test_another_limit_is_another_question() -> None:
    before = report(measured(64, 64, None, False), cell(Verdict.FEWER, 1))
    now = msgspec.structs.replace(before, limit=8)
    assert [each.change for each in compare(before, now)] == [
        Change.NOT_COMPARABLE,
        Change.SAME,
    ]


def test_other_probes_and_machines_are_refused() -> None:
    now = report(EIGHT)
    with pytest.raises(UsageError, match="its probe is 99"):
        compare(msgspec.structs.replace(now, probe=99), now)
    bigger = msgspec.structs.replace(HOST, processors=64)
    with pytest.raises(UsageError, match="processors is 64, and now it is 2"):
        compare(msgspec.structs.replace(now, host=bigger), now)


def test_what_is_worse_fails_the_gate() -> None:
    gate_changes(compare(report(DIED), report(EIGHT)))
    worse = compare(report(EIGHT), report(DIED))
    with pytest.raises(GateFailed, match="1 of 1 cells regressed; .*: 8 before; now d"):
        gate_changes(worse)
    assert [remark.level for remark in changes_on(worse, True)] == ["error"]
    assert [remark.level for remark in changes_on(worse, False)] == ["warning"]


def test_changes_are_told_and_what_is_the_same_is_counted() -> None:
    before = report(EIGHT, cell(Verdict.MORE, 1))
    now = report(measured(4, 8), cell(Verdict.MORE, 1))
    text = changes.render(compare(before, now))
    assert "Compared with the baseline: 1 same, 1 fewer." in text
    assert "- `flask-3.1.3/server-1/c0/py3.13`: 8 before; now 4 to 8" in text
    assert "c1" not in text
