"""A change is found in few measurements."""

import itertools
import math
from collections.abc import Mapping

import pytest

from harness.records.words import Outcome
from harness.track.bracket import compare_with_ends
from harness.track.bracket import Like
from harness.track.bracket import narrow
from tests.builders.timelines import broken
from tests.builders.timelines import steady
from tests.builders.timelines import uneven


def find(truth: list[Like], known: Mapping[str, Like] | None = None) -> tuple[int, ...]:
    """Search ``truth`` for a change; return its two sides, and the number of looks."""
    releases = [str(number) for number in range(len(truth))]
    likes = {releases[0]: truth[0], releases[-1]: truth[-1], **(known or {})}
    for looks in itertools.count():
        found = narrow(releases, likes)
        if found.middle is None:
            return found.low, found.high, looks
        likes[releases[found.middle]] = truth[found.middle]
    raise AssertionError


@pytest.mark.parametrize("count", [2, 3, 7, 46, 100])
def test_a_change_is_found_in_the_logarithm_of_the_releases(count: int) -> None:
    for first in range(1, count):
        truth = [Like.OLD] * first + [Like.NEW] * (count - first)
        low, high, looks = find(truth)
        assert (low, high) == (first - 1, first)
        assert looks <= math.ceil(math.log2(count - 1))


def test_inconclusive_releases_are_skipped() -> None:
    for hole in range(1, 9):
        truth = [Like.OLD] * 4 + [Like.NEW] * 6
        truth[hole] = Like.UNKNOWN
        low, high, looks = find(truth)
        left = [n for n in range(10) if n != hole]
        assert (low, high) == (
            max(n for n in left if n < 4),
            min(n for n in left if n >= 4),
        )
        assert looks <= math.ceil(math.log2(9)) + 1


def test_all_releases_between_two_may_be_unknown() -> None:
    truth = [Like.OLD, *[Like.UNKNOWN] * 5, Like.NEW]
    assert find(truth) == (0, 6, 5)


def test_known_releases_are_not_measured_again() -> None:
    truth = [Like.OLD] * 40 + [Like.NEW] * 6
    known = {str(n): like for n, like in enumerate(truth)}
    assert find(truth, known) == (39, 40, 0)


def test_a_release_is_compared_with_both_ends() -> None:
    old, new = steady("1", 8), steady("9", 4)
    assert compare_with_ends(steady("2", 8), old, new) is Like.OLD
    assert compare_with_ends(steady("2", 4), old, new) is Like.NEW
    assert compare_with_ends(steady("2", 6), old, new) is Like.NEITHER
    assert compare_with_ends(broken("2", Outcome.NOT_STARTED), old, new) is Like.NEITHER
    assert (
        compare_with_ends(broken("2", Outcome.NOT_INSTALLED), old, new) is Like.UNKNOWN
    )
    assert (
        compare_with_ends(broken("2", Outcome.HARNESS_FAILED), old, new) is Like.UNKNOWN
    )
    gone = broken("9", Outcome.NOT_STARTED)
    assert compare_with_ends(broken("2", Outcome.NOT_STARTED), old, gone) is Like.NEW


def test_an_ambiguous_release_is_on_neither_side() -> None:
    """Seven rounds like the one and seven like the other: chance explains both."""
    old = uneven("1", 8, 8, 5, 8, 8, 8, 8)
    new = uneven("9", 4, 5, 5, 5, 4, 4, 5)
    assert compare_with_ends(uneven("2", 5, 5, 8, 5, 5, 5, 5), old, new) is Like.UNKNOWN
