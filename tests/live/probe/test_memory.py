"""The memory of a slot, for servers of which that is known."""

from typing import Any

import pytest

from harness.judge.questions import numbers_of
from harness.records.choices import Question
from harness.records.memory import MB
from harness.records.memory import MemoryNumbers
from tests.live.commands import control
from tests.live.commands import odd


@pytest.fixture
def cost(ask: Any) -> Any:
    """Return the memory of all slots of a command."""

    def one(argv: tuple[str, ...], declared: int) -> MemoryNumbers:
        evidence, answer = ask(argv, declared, Question.MEMORY)
        found = numbers_of(evidence)["memory"]
        assert isinstance(found, MemoryNumbers)
        assert found.places == declared
        assert answer.number == round(found.full / MB)
        return found

    return one


def test_twenty_megabytes_for_each_request_are_seen(cost: Any) -> None:
    hoards = cost(odd("hoards"), 4)
    assert 19 * MB < hoards.each < 23 * MB
    assert hoards.full - hoards.idle > 78 * MB
    plain = cost(control(1, 4), 4)
    assert plain.each < 2 * MB
    assert (plain.processes, plain.threads, plain.threads_idle) == (1, 4, 4)
    # Each request has a connection from its client, and one to the probe.
    assert plain.files - plain.files_idle == 2 * 4


def test_shared_memory_is_counted_once(cost: Any) -> None:
    found = cost(control(4, 1), 4)
    assert (found.processes, found.threads) == (4, 4)
    assert found.full_own < found.full < 4 * found.idle
    assert found.each > cost(control(1, 4), 4).each
