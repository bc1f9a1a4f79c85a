"""The exact tests, compared with values counted by hand or published."""

from itertools import combinations
from random import Random

import pytest

from harness.judge.chance import fisher
from harness.judge.chance import least
from harness.judge.chance import stand_out


def test_it_agrees_with_fishers_example() -> None:
    # Fisher's "lady tasting tea": all eight cups right, and six of eight.
    assert fisher(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)


def test_it_agrees_with_scipy() -> None:
    # From scipy.stats.fisher_exact.
    assert fisher(8, 10, 1, 6) == pytest.approx(0.034965034965, abs=1e-10)
    assert fisher(1, 10, 11, 14) == pytest.approx(0.002759456185, abs=1e-10)
    assert fisher(6, 6, 0, 10) == pytest.approx(1 / 8008)


def test_the_probability_is_a_share_of_all_permutations() -> None:
    """Counted one by one, without a formula."""
    seen = [1, 1, 1, 1, 0, 0] + [1, 0, 0, 0, 0]
    of = 6
    found = [sum(seen[i] for i in chosen) for chosen in combinations(range(11), of)]
    ways = {count: found.count(count) for count in set(found)}
    expected = sum(w for w in ways.values() if w <= ways[4]) / len(found)
    assert fisher(4, 6, 1, 5) == pytest.approx(expected)


def test_the_test_is_symmetric_and_equal_shares_are_no_evidence() -> None:
    assert fisher(2, 9, 7, 10) == pytest.approx(fisher(7, 10, 2, 9))
    assert fisher(3, 10, 3, 10) == pytest.approx(1)
    assert fisher(0, 10, 0, 6) == fisher(6, 6, 10, 10) == 1


def test_the_smallest_difference_that_rounds_can_show() -> None:
    assert least(6, 10) == pytest.approx(fisher(6, 6, 0, 10))
    assert least(2, 2) == pytest.approx(1 / 6)


def test_with_more_tests_fewer_differences_are_significant() -> None:
    assert stand_out([0.0009], 0.01, 0.001) == [True]
    assert stand_out([0.002], 0.01, 0.001) == [False], "never more than for one"
    many = [0.0004] + [0.5] * 30
    assert stand_out(many, 0.01, 0.001)[0] is False
    assert stand_out([0.5, 0.0001, *many], 0.01, 0.001)[:3] == [False, True, False]
    assert stand_out([], 0.01, 0.001) == []


def test_equal_samples_are_rarely_significant() -> None:
    """For independent rounds, the error rate is at most the promised one."""
    random = Random(1)
    alarms = 0
    for _ in range(2_000):
        shares = [
            (sum(random.random() < 0.4 for _ in range(10)), 10) for _ in range(12)
        ]
        found = [fisher(*shares[n], *shares[n + 6]) for n in range(6)]
        alarms += any(stand_out(found, 0.01, 0.001))
    assert alarms / 2_000 <= 0.01
