"""A bisection also reports other changes than the one it searched for."""

from harness.track.bisection import other_changes
from harness.track.bracket import Bracket
from harness.track.bracket import Like
from harness.track.bracket import narrow


def test_a_change_that_was_undone_is_reported_at_its_release() -> None:
    releases = ["20", "21", "22", "23", "24", "25"]
    known = {
        **{"20": Like.OLD, "21": Like.NEW, "23": Like.OLD},
        **{"22": Like.UNKNOWN, "24": Like.NEITHER, "25": Like.NEW},
    }
    found = narrow(releases, known)
    assert (found.low, found.high) == (3, 4)
    assert list(other_changes(releases, known, found)) == [
        "24 is not like 25 either: the number changes again after it",
        "21 is not like 20, though 23 after it is",
    ]
    known["23"], known["22"] = Like.NEW, Like.OLD
    assert list(other_changes(releases, known, narrow(releases, known))) == [
        "21 is not like 20, though 22 after it is"
    ]
    known["21"], known["22"], known["24"] = Like.NEW, Like.NEW, Like.OLD
    assert "24 is like 20 again" in list(
        other_changes(releases, known, Bracket(0, 1, None))
    )
