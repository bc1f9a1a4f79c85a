"""How few looks it takes to find a change, and what is said of the rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import pytest

from harness.records.changes import Difference
from harness.records.track import Swap
from harness.records.words import Outcome
from harness.track import bisection
from harness.track.bisection import cause
from harness.track.bisection import groups
from harness.track.bisection import Like
from harness.track.bisection import others
from harness.track.bisection import search
from harness.track.bisection import which
from tests.builders.timelines import broken
from tests.builders.timelines import steady
from tests.builders.timelines import uneven


def find(truth: list[Like], known: Mapping[str, Like] | None = None) -> tuple[int, ...]:
    """Search what is ``truth``: both sides of the change, and how many looks."""
    releases = [str(number) for number in range(len(truth))]
    likes = {releases[0]: truth[0], releases[-1]: truth[-1], **(known or {})}
    for looks in itertools.count():
        found = search(releases, likes)
        if found.wanted is None:
            return found.low, found.high, looks
        likes[releases[found.wanted]] = truth[found.wanted]
    raise AssertionError


@pytest.mark.parametrize("count", [2, 3, 7, 46, 100])
def test_a_change_is_found_in_the_logarithm_of_the_releases(count: int) -> None:
    for first in range(1, count):
        truth = [Like.OLD] * first + [Like.NEW] * (count - first)
        low, high, looks = find(truth)
        assert (low, high) == (first - 1, first)
        assert looks <= math.ceil(math.log2(count - 1))


def test_what_cannot_be_told_is_passed_over() -> None:
    for hole in range(1, 9):
        truth = [Like.OLD] * 4 + [Like.NEW] * 6
        truth[hole] = Like.UNTOLD
        low, high, looks = find(truth)
        left = [n for n in range(10) if n != hole]
        assert (low, high) == (
            max(n for n in left if n < 4),
            min(n for n in left if n >= 4),
        )
        assert looks <= math.ceil(math.log2(9)) + 1


def test_all_between_two_may_be_untold() -> None:
    truth = [Like.OLD, *[Like.UNTOLD] * 5, Like.NEW]
    assert find(truth) == (0, 6, 5)


def test_what_is_known_costs_no_look() -> None:
    truth = [Like.OLD] * 40 + [Like.NEW] * 6
    known = {str(n): like for n, like in enumerate(truth)}
    assert find(truth, known) == (39, 40, 0)


def test_a_change_that_was_undone_is_told_where_it_was_seen() -> None:
    releases = ["20", "21", "22", "23", "24", "25"]
    known = {
        **{"20": Like.OLD, "21": Like.NEW, "23": Like.OLD},
        **{"22": Like.UNTOLD, "24": Like.NEITHER, "25": Like.NEW},
    }
    found = search(releases, known)
    assert (found.low, found.high) == (3, 4)
    assert list(others(releases, known, found)) == [
        "24 is not like 25 either: the number changes again after it",
        "21 is not like 20, though 23 after it is",
    ]
    known["23"], known["22"] = Like.NEW, Like.OLD
    assert list(others(releases, known, search(releases, known))) == [
        "21 is not like 20, though 22 after it is"
    ]
    known["21"], known["22"], known["24"] = Like.NEW, Like.NEW, Like.OLD
    assert "24 is like 20 again" in list(
        others(releases, known, bisection.Search(0, 1, None))
    )


def test_which_end_a_release_is_like() -> None:
    old, new = steady("1", 8), steady("9", 4)
    assert which(steady("2", 8), old, new) is Like.OLD
    assert which(steady("2", 4), old, new) is Like.NEW
    assert which(steady("2", 6), old, new) is Like.NEITHER
    assert which(broken("2", Outcome.NOT_STARTED), old, new) is Like.NEITHER
    assert which(broken("2", Outcome.NOT_INSTALLED), old, new) is Like.UNTOLD
    assert which(broken("2", Outcome.HARNESS_FAILED), old, new) is Like.UNTOLD
    gone = broken("9", Outcome.NOT_STARTED)
    assert which(broken("2", Outcome.NOT_STARTED), old, gone) is Like.NEW


def test_what_could_be_either_is_neither_side() -> None:
    """Seven rounds of one and seven of the other: chance explains both."""
    old = uneven("1", 8, 8, 5, 8, 8, 8, 8)
    new = uneven("9", 4, 5, 5, 5, 4, 4, 5)
    assert which(uneven("2", 5, 5, 8, 5, 5, 5, 5), old, new) is Like.UNTOLD


def changed(*names: str) -> list[Difference]:
    return [Difference(name=name, before="1", now="2") for name in names]


def test_flask_werkzeug_and_the_server_are_swapped_alone_and_the_rest_together() -> (
    None
):
    found = changed("Python", "Flask", "Werkzeug", "gunicorn", "click", "jinja2")
    added = Difference(name="packaging", before=None, now="26")
    parts = groups([*found, added], "gunicorn", "gunicorn")
    assert [bisection.names(each) for each in parts] == [
        *("Flask", "Werkzeug", "gunicorn", "click, jinja2")
    ]
    parts = groups(changed("gevent-wsgi", "gevent"), "gevent", "gevent-wsgi")
    assert [bisection.names(each) for each in parts] == ["gevent"]


def swaps(**like: str) -> list[Swap]:
    """What came of swapping Flask, and gunicorn, on either side."""
    found = []
    for name, said in like.items():
        package, on = name.split("_")
        (part,) = [tuple(changed(package.replace("flask", "Flask")))]
        swap = Swap(packages=part, on=on, like=said, said="8", reason="")
        found.append(swap)
    return found


@pytest.mark.parametrize(
    ("like", "words"),
    [
        (
            {"flask_old": "old", "gunicorn_old": "new"}
            | {"flask_new": "new", "gunicorn_new": "old"},
            "It comes from gunicorn: alone it makes the change, and taken back it "
            "undoes it.",
        ),
        (
            {"flask_old": "old", "gunicorn_old": "new", "gunicorn_new": ""},
            "It comes from gunicorn: alone it makes the change.",
        ),
        (
            {"flask_old": "", "gunicorn_old": "old", "flask_new": "old"},
            "It takes Flask: taken back it undoes the change, and alone it could not "
            "be seen to make it.",
        ),
        (
            {"flask_old": "new", "gunicorn_old": "new"},
            "Each of Flask and gunicorn makes the change alone.",
        ),
        (
            {"flask_old": "old", "gunicorn_old": "neither"},
            "No single one makes the change: the swaps say of each what came of it.",
        ),
    ],
)
def test_the_cause_is_no_more_than_the_swaps_say(
    like: dict[str, str], words: str
) -> None:
    parts = [tuple(changed("Flask")), tuple(changed("gunicorn"))]
    assert cause(parts, swaps(**like)) == words


def test_without_another_difference_no_swap_is_needed() -> None:
    parts = [tuple(changed("Flask"))]
    assert cause(parts, []) == "It comes from Flask: nothing else differs."
    assert cause([], []) == "Nothing that could be swapped differs between the two."
