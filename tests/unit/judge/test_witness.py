"""The kernel's account is compared with what the requests report."""

from typing import Any

import pytest

from harness.judge.witness import disagreement
from harness.records.choices import FailOn
from harness.records.errors import HarnessFailed
from harness.records.report import Report
from harness.records.witness import KernelAccount
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.gate import gate
from tests.samples import make
from tests.samples.make import judge
from tests.samples.make import offer


def account(held: int, held_accepted: int, **other: Any) -> KernelAccount:
    accepted = other.pop("accepted", held_accepted)
    return KernelAccount(
        held=held, held_accepted=held_accepted, accepted=accepted, **other
    )


def judged(kernel: KernelAccount | None) -> Report:
    rounds = offer(1, 1), offer(2, 2), offer(3, 2)
    where = make.environment("3.1.3", "gunicorn", "27.0.1")
    cell = make.cell(where, "sync-2", 2, rounds, kernel=kernel)
    return judge([make.evidence(where, [cell])])


@pytest.mark.parametrize(
    "kernel",
    [
        None,
        account(2, 2),
        account(2, 2, accepted=5, queued=3),
        account(2, 2, upstream=2),
        account(2, 0, reason="only Linux provides this"),
    ],
    ids=["older evidence", "agree", "others wait inside", "proxy", "cannot be had"],
)
def test_matching_accounts_are_no_disagreement(kernel: KernelAccount | None) -> None:
    assert disagreement(kernel) == ""
    (cell,) = judged(kernel).cells
    assert (cell.outcome, cell.verdict) == (Outcome.MEASURED, Verdict.AS_DECLARED)


@pytest.mark.parametrize(
    ("kernel", "whose"),
    [
        (account(2, 1), "server had accepted the connections of only 1 of them"),
        (account(2, 0, accepted=0), "the connections of only 0 of them"),
        (account(2, 2, upstream=1), "server behind the proxy had accepted only 1 conn"),
    ],
)
def test_a_disagreement_removes_the_number(kernel: KernelAccount, whose: str) -> None:
    report = judged(kernel)
    (cell,) = report.cells
    assert cell.word is Outcome.ACCOUNTS_DISAGREE
    assert cell.ceiling is None
    assert whose in cell.reason
    for fail_on in FailOn:
        if fail_on is not FailOn.NEVER:
            with pytest.raises(HarnessFailed, match="instrument failed in 1 of 1"):
                gate(report, fail_on)
    gate(report, FailOn.NEVER)


def test_requests_accepted_and_not_entered_wait_inside() -> None:
    assert account(2, 2, accepted=5).waiting_inside == 3
