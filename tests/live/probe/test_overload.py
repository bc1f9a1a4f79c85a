"""On an overloaded machine, everything is measured as usual."""

from typing import Any

import pytest

from harness.records.choices import Question
from harness.records.plan import PlannedFront
from tests.live.commands import assert_exactly
from tests.live.commands import control
from tests.live.conftest import Measure
from tests.live.load import every_core_busy


@pytest.mark.parametrize(("processes", "threads"), [(1, 1), (2, 3), (4, 4)])
def test_a_bounded_server_is_measured_while_the_machine_is_overloaded(
    measure: Measure, processes: int, threads: int
) -> None:
    with every_core_busy(8):
        evidence = measure(control(processes, threads), declared=processes * threads)
    assert_exactly(evidence, processes, threads)


def test_an_unbounded_server_is_measured_while_the_machine_is_overloaded(
    measure: Measure,
) -> None:
    with every_core_busy(8):
        evidence = measure(control(1, 1, "--unbounded"), declared=None, limit=40)
    assert [round_.admitted for round_ in evidence.rounds] == [
        round_.offered for round_ in evidence.rounds
    ]


def test_the_capacity_behind_nginx_is_measured_while_the_machine_is_overloaded(
    measure: Measure, nginx: PlannedFront
) -> None:
    with every_core_busy(4):
        evidence = measure(control(1, 2), declared=2, front=nginx)
    assert_exactly(evidence, 1, 2)


def test_a_busy_machine_changes_nothing(ask: Any) -> None:
    with every_core_busy(4):
        _, alone = ask(control(1, 3), 3, Question.PARALLEL)
        _, each = ask(control(3, 1), 3, Question.PARALLEL)
    assert (alone.number, each.number) == (1, 3)
