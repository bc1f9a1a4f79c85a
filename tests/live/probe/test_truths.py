"""Servers of known capacity, in many random shapes, are measured exactly or as unknown.

``TRUTHS`` is the number of shapes, ``TRUTHS_SEED`` selects them, and ``TRUTHS_BUSY`` is
the number of loops that keep the machine busy.
"""

import os
import random
from collections.abc import Iterator

import pytest

from harness.judge.verdict import verdict_on
from harness.records.numbers import contradiction
from harness.records.numbers import sum_up
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.live import known_server
from tests.live.conftest import Measure
from tests.live.known_shape import Shape
from tests.live.load import busy_loops

SEED = os.environ.get("TRUTHS_SEED", "2b0f8fbd9f9f46e198d161378866e2b2")
"""The same shapes in every run of the suite, so that a tested change is not blamed for
the result of a new shape. ``nox -s truths`` draws others every time."""
SHAPES = int(os.environ.get("TRUTHS", str(len(known_server.STYLES))))
BUSY = int(os.environ.get("TRUTHS_BUSY", "0"))


def shapes() -> Iterator[Shape]:
    """Yield so many shapes, each style equally often."""
    rng = random.Random(SEED)
    for number in range(SHAPES):
        style = list(known_server.STYLES)[number % len(known_server.STYLES)]
        numbers = known_server.numbers_of(style, rng)
        most = known_server.capacity(style, numbers).most
        less = most if known_server.comes_late(style, numbers) else max(1, most - 1)
        declared = rng.choice((most, most, most + rng.randint(1, 3), less))
        yield Shape(style, numbers, declared)


ALL = list(shapes())


@pytest.fixture(autouse=True, scope="module")
def busy_machine() -> Iterator[None]:
    """Run loops that keep the machine busy, if requested."""
    with busy_loops(BUSY):
        yield


@pytest.mark.parametrize(
    "number", range(SHAPES), ids=[f"{n}-{shape.style}" for n, shape in enumerate(ALL)]
)
def test_a_shape_is_measured_exactly_or_as_unknown(
    measure: Measure, number: int
) -> None:
    shape = ALL[number]
    again = f"TRUTHS_SEED={SEED} TRUTHS={SHAPES} shape {number}: {shape}"
    evidence = measure(shape.command, declared=shape.declared)
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), again
    assert contradiction(evidence.all_rounds) is None, again
    word, reason = verdict_on(evidence, 64)
    most, least = shape.capacity
    seen = sum_up(evidence.rounds, shape.declared, evidence.steered, evidence.workers)
    assert seen.ceiling is not None and seen.ceiling <= most, f"{again}: {reason}"
    if word is Verdict.UNKNOWN:
        assert BUSY or shape.style not in EASY, f"{again}: {reason}"
        pytest.skip(f"unknown: {reason}")
    assert word is shape.verdict, f"{again}: {reason}"
    assert seen.ceiling == most, f"{again}: {reason}"
    if seen.floor_by is Basis.GUARANTEED:
        assert seen.floor == least(shape.declared), f"{again}: {reason}"
    else:
        assert (seen.floor or 0) >= least(shape.declared), f"{again}: {reason}"


EASY = {"threads", "executor", "out_of_order", "buffering", "rejecting", "forking"}
"""Styles for which the result on an idle machine must be known."""
