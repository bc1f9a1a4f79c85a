"""Labels show which check made a container, and whether that check still runs."""

import os

from harness.deployment.containers.labels import is_gone
from harness.deployment.containers.labels import new_run
from harness.deployment.containers.labels import owner


def test_a_running_process_is_not_gone() -> None:
    assert not is_gone(owner())
    assert new_run() != new_run()


def test_an_ended_process_is_gone() -> None:
    machine = owner().rpartition(f"/{os.getpid()}/")[0]
    assert is_gone(f"{machine}/{os.getpid()}/1")
    assert is_gone(f"{machine}/999999999/1")


def test_processes_of_other_machines_are_left_alone() -> None:
    assert not is_gone(f"another/1/{os.getpid()}/1")
    assert not is_gone("")
    assert not is_gone("something else")
