"""How the evidence of a cell is judged, and what a report says about the run."""

from typing import Any

import pytest

from harness.judge.judge import judge as judge_by
from harness.records.errors import NothingMeasured
from harness.records.numbers import sum_up
from harness.records.rounds import Account
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.reports import judged
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def test_numbers_come_from_all_rounds() -> None:
    seen = (
        offer(8, 7, (2, 4), hand_off_seconds=0.001),
        offer(8, 3, (1, 3), hand_off_seconds=0.005),
        offer(16, 8, (2, 4), hand_off_seconds=0.003, peak=9),
    )
    numbers = sum_up(seen, 8)
    assert numbers.ceiling == 9
    assert numbers.floor == 3
    assert (numbers.processes, numbers.threads) == (2, 4)
    assert numbers.hand_off_seconds == 0.003
    assert numbers.bounded is True


def test_the_curve_has_a_point_for_each_load() -> None:
    curve = judged(8, rounds(8, (2, 4), [8, 3, 4])).curve
    assert [(p.offered, p.rounds, p.worst, p.median, p.best) for p in curve] == [
        (1, 1, 1, 1.0, 1),
        (8, 3, 3, 4.0, 8),
        (16, 1, 8, 8.0, 8),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": Account(answered=7)},
        {"account": Account(answered=9)},
        {"offered": 7},
        {"account": Account(answered=7, refused=1)},
    ],
)
def test_contradictory_rounds_give_no_number(wrong: dict[str, Any]) -> None:
    report = judged(4, (*rounds(4, (4, 1)), offer(8, 4, **wrong)))
    assert report.outcome is Outcome.HARNESS_FAILED
    assert report.verdict is Verdict.UNKNOWN
    assert report.ceiling is report.floor is report.bounded is None
    assert "contradict" in report.reason
    assert len(report.rounds) == 5, "the evidence itself is kept"


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.MEASURED}))
def test_unmeasured_cells_have_no_verdict(outcome: Outcome) -> None:
    one = unmeasured(WHERE, "default", outcome, "for a reason")
    report = judge([evidence(WHERE, [one], control=None)]).cells[0]
    assert report.outcome is outcome
    assert report.verdict is Verdict.UNKNOWN
    assert (report.ceiling, report.bounded, report.floor) == (None, None, None)
    assert report.reason == "for a reason"


def test_a_server_that_died_has_rounds_but_no_numbers() -> None:
    one = cell(WHERE, "default", 4, rounds(4, (4, 1)), outcome=Outcome.DIED)
    report = judge([evidence(WHERE, [one])]).cells[0]
    assert report.ceiling is None
    assert report.curve == ()
    assert len(report.rounds) == 4


def test_a_cell_has_the_command_to_measure_it_again() -> None:
    assert judged(4, rounds(4, (4, 1))).reproduce == (
        "nox -s probe -- --only flask-3.1.3/gunicorn-27.0.1/sync-4/py3.11"
    )
    assert judged(None, unbounded(500), limit=500).reproduce.endswith(" --limit 500")
    one = cell(WHERE, "a b", 4, rounds(4, (4, 1)))
    mine = judge_by(
        [evidence(WHERE, [one])], lambda evidence, cell: f"{evidence.limit}"
    )
    assert mine.cells[0].reproduce == "64"


def test_a_report_has_the_lowest_probe() -> None:
    report = judge([evidence(WHERE, [], probe=3), evidence(WHERE, [], probe=2)])
    assert report.probe == 2


def test_without_evidence_there_is_no_report() -> None:
    with pytest.raises(NothingMeasured, match="no evidence"):
        judge([])
