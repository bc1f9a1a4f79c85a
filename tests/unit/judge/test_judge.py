"""Every verdict, every caveat, and what the control has to say about them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.judge.gate import FailOn
from harness.judge.gate import gate
from harness.judge.judge import judge as judge_by
from harness.judge.verdict import verdict
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.rounds import sum_up
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.records.words import Verdict
from tests.samples.make import cell
from tests.samples.make import CONTROL
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def judged(declared: int | None, seen: tuple[Round, ...], **other: Any) -> CellReport:
    """The report of a single cell; ``other`` overrides fields of its evidence."""
    one = cell(WHERE, "sync-4", declared, seen)
    return judge([evidence(WHERE, [one], **other)]).cells[0]


STAGGERED: dict[str, Any] = {"arrival": Arrival.STAGGERED}

VERDICTS: dict[str, tuple[int | None, tuple[Round, ...], Verdict, str]] = {
    "as declared": (
        4,
        rounds(4, (4, 1)),
        Verdict.AS_DECLARED,
        "declares 4; 4 of 4 offered were in the app at once in every round, and "
        "further ones waited",
    ),
    "uneven": (
        8,
        rounds(8, (4, 2), [3, 8]),
        Verdict.UNEVEN,
        "declares 8; between 3 and 8 of 8 offered were in the app at once",
    ),
    "uneven, reached only above": (
        8,
        (*rounds(8, (4, 2), [3, 5])[:-1], offer(16, 8)),
        Verdict.UNEVEN,
        "declares 8; between 3 and 8 of 8 offered were in the app at once",
    ),
    "uneven when staggered": (
        2,
        (offer(2, 2), offer(2, 2), offer(2, 1, **STAGGERED), offer(4, 2)),
        Verdict.UNEVEN,
        "declares 2; between 1 and 2 of 2 offered were in the app at once; fewer only "
        "when they arrived one after another",
    ),
    "fewer": (
        8,
        (offer(8, 5), offer(16, 6)),
        Verdict.FEWER,
        "declares 8; never more than 6 in the app at once, though up to 16 were "
        "offered",
    ),
    "more": (
        4,
        (offer(4, 4), offer(16, 9)),
        Verdict.MORE,
        "declares 4; up to 9 were in the app at once when 16 were offered",
    ),
    "more, for a moment": (
        4,
        (offer(4, 4), offer(8, 4, peak=5)),
        Verdict.MORE,
        "declares 4; up to 5 were in the app at once when 8 were offered",
    ),
    "never offered more": (
        4,
        (offer(1, 1), offer(4, 4)),
        Verdict.UNKNOWN,
        "declares 4; 4 were in the app at once, but never more than 4 were offered, so "
        "it may admit more",
    ),
    "never at the declared number": (
        4,
        (offer(1, 1), offer(8, 4)),
        Verdict.UNKNOWN,
        "declares 4; no round managed to offer 4 at once, so the verdict is open",
    ),
    "measured without a round": (
        4,
        (),
        Verdict.UNKNOWN,
        "declares 4; no round managed to offer 4 at once, so the verdict is open",
    ),
    "never quiet, and none took the place of the one let go": (
        4,
        (
            offer(4, 4),
            offer(8, 4, settled=Settled.STEADY_COUNT, entered_on_release=0),
        ),
        Verdict.UNKNOWN,
        "declares 4; 4 were in the app at once, but no other was seen to wait, so it "
        "may admit more; when one was let go, none took its place; the server did not "
        "go quiet in every round, so less sure",
    ),
    "never quiet, but one took the place of the one let go": (
        4,
        (offer(4, 4), offer(8, 4, settled=Settled.STEADY_COUNT)),
        Verdict.AS_DECLARED,
        "declares 4; 4 of 4 offered were in the app at once in every round, and "
        "further ones waited; the server did not go quiet in every round, so less sure",
    ),
    "others were turned away": (
        3,
        (
            offer(3, 3),
            offer(
                5,
                3,
                waiting=0,
                account=Account(answered=3, answered_without_entering=2),
            ),
        ),
        Verdict.AS_DECLARED,
        "declares 3; 3 of 3 offered were in the app at once in every round, and "
        "further ones were turned away; 2 of 5 answered without entering the app",
    ),
    "broken holds": (
        4,
        (*rounds(4, (4, 1)), offer(4, 4, broken=1)),
        Verdict.UNKNOWN,
        "1 request left the app before being let go, so the numbers cannot be trusted",
    ),
    "no bound": (
        None,
        unbounded(64, 500),
        Verdict.AS_DECLARED,
        "declares no bound; at least 500 were in the app at once, the limit of what "
        "was tried",
    ),
    "no bound, uneven": (
        None,
        (offer(64, 64), offer(64, 40)),
        Verdict.UNEVEN,
        "declares no bound; between 40 and 64 of 64 offered were in the app at once",
    ),
    "no bound, yet bounded": (
        None,
        (offer(64, 10), offer(64, 10)),
        Verdict.FEWER,
        "declares no bound; never more than 10 in the app at once, though up to 64 "
        "were offered",
    ),
    "no bound up to the limit, and one beyond": (
        None,
        (offer(64, 64), offer(500, 373)),
        Verdict.FEWER,
        "declares no bound; never more than 373 in the app at once, though up to 500 "
        "were offered",
    ),
    "no bound, but errors instead of waiting": (
        None,
        (offer(64, 1, waiting=0, account=Account(answered=1, failed=63)),),
        Verdict.FEWER,
        "declares no bound; never more than 1 in the app at once, though up to 64 were "
        "offered; 63 of 64 answered with an error",
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name: str) -> None:
    declared, seen, word, reason = VERDICTS[name]
    assert verdict(declared, 64, seen) == (word, reason)


@pytest.mark.parametrize(
    ("oddity", "caveat"),
    [
        ({"stalled": 3}, "3 requests never served after all were let go"),
        ({"entered_on_release": 0}, "when one was let go, none took its place"),
        ({"entered_on_release": 2}, "when one was let go, 2 took its place"),
        ({"account": Account(answered=7, failed=1)}, "1 of 8 answered with an error"),
        (
            {"account": Account(answered=1, answered_without_entering=7)},
            "7 of 8 answered without entering the app",
        ),
        (
            {"offered": 6, "account": Account(answered=6, refused=2)},
            "2 of 8 refused",
        ),
        ({"account": Account(answered=4, reset=4)}, "4 of 8 cut off"),
        (
            {"offered": 7, "account": Account(answered=7, unopened=1)},
            "1 of 8 not connected in time",
        ),
    ],
)
def test_caveat(oddity: dict[str, Any], caveat: str) -> None:
    word, reason = verdict(4, 64, (*rounds(4, (4, 1)), offer(8, 4, **oddity)))
    assert word is Verdict.AS_DECLARED
    assert reason.endswith(f"; {caveat}")


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


def test_curve() -> None:
    curve = judged(8, rounds(8, (2, 4), [8, 3, 4])).curve
    assert [(p.offered, p.rounds, p.worst, p.median, p.best) for p in curve] == [
        (1, 1, 1, 1.0, 1),
        (8, 3, 3, 4.0, 8),
        (16, 1, 8, 8.0, 8),
    ]


def test_an_open_end_is_no_bound() -> None:
    report = judged(None, unbounded(64))
    assert (report.ceiling, report.bounded, report.floor) == (64, False, 64)


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": Account(answered=7)},
        {"account": Account(answered=9)},
        {"offered": 7},
        {"account": Account(answered=7, refused=1)},
    ],
)
def test_sums_that_disagree_leave_no_number(wrong: dict[str, Any]) -> None:
    report = judged(4, (*rounds(4, (4, 1)), offer(8, 4, **wrong)))
    assert report.outcome is Outcome.HARNESS_FAILED
    assert report.verdict is Verdict.UNKNOWN
    assert report.ceiling is report.floor is report.bounded is None
    assert "contradict" in report.reason
    assert len(report.rounds) == 5, "the evidence itself is kept"


CONTROLS: dict[str, dict[str, Any]] = {
    "uneven": {"rounds": rounds(4, (2, 2), [4, 3])},
    "too few": {"rounds": (offer(4, 3, (2, 2)), offer(8, 3, (2, 2)))},
    "too many": {"rounds": (offer(4, 4, (2, 2)), offer(8, 5, (2, 3)))},
    "no bound seen": {"rounds": (offer(4, 4, (2, 2)),)},
    "wrong shape": {"rounds": rounds(4, (1, 4))},
    "no rounds": {"rounds": ()},
    "a broken hold": {"rounds": (*CONTROL.rounds, offer(4, 4, (2, 2), broken=1))},
    "a stalled request": {"rounds": (*CONTROL.rounds, offer(8, 4, (2, 2), stalled=1))},
    "a wrong sum": {"rounds": (*CONTROL.rounds, offer(8, 4, (2, 2), offered=7))},
    "died": {"outcome": Outcome.DIED, "reason": "it was killed"},
}


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_that_is_wrong_takes_all_numbers(name: str) -> None:
    control = msgspec.structs.replace(CONTROL, **CONTROLS[name])
    one = cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))
    gone = unmeasured(WHERE, "gevent", Outcome.NOT_INSTALLED, "it did not build")
    report = judge([evidence(WHERE, [one, gone], control=control)])
    assert report.cells[0].outcome is Outcome.HARNESS_FAILED
    assert report.cells[0].ceiling is None
    assert "control" in report.cells[0].reason
    assert report.cells[1].outcome is Outcome.NOT_INSTALLED
    assert report.environments[0].control is not Outcome.MEASURED
    with pytest.raises(HarnessFailed, match="sync-4"):
        gate(report, FailOn.HARNESS)


def test_no_control_no_numbers() -> None:
    report = judged(4, rounds(4, (4, 1)), control=None)
    assert report.outcome is Outcome.HARNESS_FAILED
    assert report.reason.startswith("no control")


def test_a_control_that_is_right_is_said_so() -> None:
    report = judge([evidence(WHERE, [])])
    assert report.environments[0].control is Outcome.MEASURED
    assert "exactly 4 (2 processes with 2 threads)" in (
        report.environments[0].control_reason
    )


def test_one_wrong_control_speaks_for_its_environment() -> None:
    right, wrong = evidence(WHERE, []), evidence(WHERE, [], control=None)
    for order in ([right, wrong], [wrong, right]):
        (environment_report,) = judge(order).environments
        assert environment_report.control is None


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.MEASURED}))
def test_what_was_not_measured_has_no_verdict(outcome: Outcome) -> None:
    one = unmeasured(WHERE, "default", outcome, "for a reason")
    report = judge([evidence(WHERE, [one], control=None)]).cells[0]
    assert report.outcome is outcome
    assert report.verdict is Verdict.UNKNOWN
    assert (report.ceiling, report.bounded, report.floor) == (None, None, None)
    assert report.reason == "for a reason"


def test_what_died_keeps_its_rounds_but_has_no_numbers() -> None:
    one = cell(WHERE, "default", 4, rounds(4, (4, 1)), outcome=Outcome.DIED)
    report = judge([evidence(WHERE, [one])]).cells[0]
    assert report.ceiling is None
    assert report.curve == ()
    assert len(report.rounds) == 4


def test_reproduce() -> None:
    assert judged(4, rounds(4, (4, 1))).reproduce == (
        "nox -s probe -- --only flask-3.1.3/gunicorn-27.0.1/sync-4/py3.11"
    )
    assert judged(None, unbounded(500), limit=500).reproduce.endswith(" --limit 500")
    one = cell(WHERE, "a b", 4, rounds(4, (4, 1)))
    mine = judge_by(
        [evidence(WHERE, [one])], lambda evidence, cell: f"{evidence.limit}"
    )
    assert mine.cells[0].reproduce == "64"


def test_probe_is_the_lowest() -> None:
    report = judge([evidence(WHERE, [], probe=3), evidence(WHERE, [], probe=2)])
    assert report.probe == 2


def test_check_passes_when_something_was_measured() -> None:
    gone = unmeasured(WHERE, "gevent", Outcome.NOT_INSTALLED, "it did not build")
    one = cell(WHERE, "sync-4", 4, rounds(4, (4, 1), [1]))
    gate(judge([evidence(WHERE, [one, gone])]), FailOn.HARNESS)


def test_check_nothing_measured() -> None:
    gone = unmeasured(WHERE, "gevent", Outcome.NOT_INSTALLED, "it did not build")
    with pytest.raises(NothingMeasured, match="none of 1"):
        gate(judge([evidence(WHERE, [gone], control=None)]), FailOn.HARNESS)
    with pytest.raises(NothingMeasured, match="no evidence"):
        judge([])


def test_cut_off_while_others_are_held_is_turned_away() -> None:
    few = (offer(1, 1), offer(4, 4, (1, 4)))
    account = Account(answered=4, reset=4)
    full = offer(8, 4, waiting=0, entered_on_release=None, account=account)
    word, reason = verdict(4, 64, (*few, full))
    assert word is Verdict.AS_DECLARED
    assert reason.endswith("and further ones were turned away; 4 of 8 cut off")
    assert sum_up((*few, full), 4).bounded


def test_cut_off_later_is_not_turned_away() -> None:
    late = offer(4, 4, (1, 4), account=Account(reset=4))
    assert not sum_up((offer(1, 1), late), 4).bounded
