"""The kernel's account beside the app's, for honest servers and for lying ones."""

from harness.judge.witness import disagreement
from harness.records.plan import PlannedFront
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import odd
from tests.live.conftest import Measure


def test_both_accounts_of_the_control_agree(measure: Measure) -> None:
    kernel = measure(control(2, 3), declared=6).kernel
    assert kernel is not None
    assert (kernel.held, kernel.held_accepted, kernel.accepted) == (6, 6, 6)
    assert (kernel.by_process, kernel.upstream) == ((3, 3), None)
    assert not disagreement(kernel)


def test_requests_waiting_inside_are_counted_and_no_disagreement(
    measure: Measure,
) -> None:
    kernel = measure(odd("newest-first"), declared=1).kernel
    assert kernel is not None
    assert (kernel.held, kernel.held_accepted) == (1, 1)
    assert kernel.waiting_inside == 3
    assert not disagreement(kernel)


def test_the_server_behind_a_proxy_has_connections_too(
    measure: Measure, nginx: PlannedFront
) -> None:
    kernel = measure(control(1, 3), declared=3, front=nginx).kernel
    assert kernel is not None
    assert (kernel.held, kernel.held_accepted, kernel.upstream) == (3, 3, 3)
    assert not disagreement(kernel)


def test_an_app_that_counts_waiting_requests_is_contradicted(measure: Measure) -> None:
    evidence = measure(odd("vouches"), declared=2)
    assert evidence.outcome is Outcome.MEASURED
    kernel = evidence.kernel
    assert kernel is not None
    assert (kernel.held, kernel.held_accepted, kernel.accepted) == (2, 1, 1)
    assert kernel.queued
    assert disagreement(kernel) == (
        "2 requests reported being in the app, but by the kernel's account the server "
        "had accepted the connections of only 1 of them"
    )


def test_the_kernels_account_is_cheap(measure: Measure) -> None:
    kernel = measure(control(1, 1, "--unbounded"), declared=None).kernel
    assert kernel is not None
    assert kernel.held == kernel.held_accepted == 64
    assert kernel.seconds < 0.05
