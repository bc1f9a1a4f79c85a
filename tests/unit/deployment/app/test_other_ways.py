"""Whether a process tree is still starting."""

from harness.deployment.app.other_ways import is_starting
from harness.deployment.app.other_ways import ran
from harness.deployment.app.other_ways import STARTING_NANOSECONDS
from harness.probe.look import Look

A, B = (10, 10), (11, 11)


def test_a_tree_that_only_waits_for_requests_is_not_starting() -> None:
    heartbeat = STARTING_NANOSECONDS // 2
    assert not is_starting(Look({A: 5, B: 7}, ()), Look({A: 5, B: 7 + heartbeat}, ()))


def test_a_new_process_that_imports_an_app_is_starting() -> None:
    assert is_starting(Look({A: 5}, ()), Look({A: 5, B: STARTING_NANOSECONDS + 1}, ()))


def test_a_process_that_ended_hides_nothing() -> None:
    """The processor time that it had used is subtracted."""
    ended = Look({A: 0, B: 10 * STARTING_NANOSECONDS}, ())
    assert is_starting(ended, Look({A: STARTING_NANOSECONDS + 1}, ()))


def test_waiting_for_a_processor_is_not_running() -> None:
    """A busy machine takes longer, and gives a server more time to start."""
    before, now = (
        Look({A: 0}, (), ran={A: 5}),
        Look({A: 900, B: 80}, (), ran={A: 9, B: 3}),
    )
    assert ran(before, now) == 4 + 3
