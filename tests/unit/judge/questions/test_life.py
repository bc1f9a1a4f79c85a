"""The results of tapes, in words and as a number."""

from typing import Any

import msgspec
import pytest

from harness.judge.questions import tapes
from harness.records.choices import Act
from harness.records.life import IdleSeen
from harness.records.life import LifeSeen
from harness.records.life import Sent
from harness.records.life import Tape
from harness.records.life import TapeSeen
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.builders.tapes import ENDED
from tests.builders.tapes import KILLED
from tests.builders.tapes import lost
from tests.builders.tapes import RELOADED
from tests.builders.tapes import tape_seen
from tests.builders.tapes import UNCAUGHT
from tests.samples.make import cell
from tests.samples.make import rounds


def tape(seen: TapeSeen, **other: Any) -> Tape:
    """Return the result of one tape."""
    seen = msgspec.structs.replace(seen, **other)
    asked = (LifeSeen(tapes=(seen,)),)
    (found,) = tapes(cell(WHERE, "sync-4", 4, rounds(4, (4, 1)), asked=asked))
    return found


def test_the_answer_names_the_loss_of_each_act() -> None:
    found = answer(LifeSeen(tapes=(RELOADED, KILLED, ENDED, UNCAUGHT)))
    assert found.answer == "reload: 0 of 4; kill: 3 of 4, 1 lost; end: finish"
    assert found.number == 0
    assert found.sentence == (
        "On SIGHUP: no slot instead of 4 for 1.1 s, then 4. Requests lost in the app "
        "during all acts: 1."
    )


def test_the_answer_says_if_no_slot_is_lost() -> None:
    steady = tape_seen(Act.SCALE_UP, (-1.5, 4, 0), (1.3, 4, 1))
    found = answer(LifeSeen(tapes=(steady,)))
    assert (found.answer, found.number) == ("always as many", 4)
    assert "never fewer than 4 slots, and 5 in the end" in found.sentence


def test_an_act_that_was_not_performed_is_unknown() -> None:
    found = answer(LifeSeen(tapes=(UNCAUGHT,)))
    assert found.answer == "unknown"
    assert "no handler for SIGUSR2" in found.sentence
    assert answer(LifeSeen()).answer == "unknown"


def test_a_paused_harness_answers_unknown() -> None:
    found = tape(RELOADED, lag_seconds=0.6)
    assert not found.known
    assert "this machine was too busy" in found.sentence


def test_slots_missing_before_the_act_are_not_held_against_it() -> None:
    dip = (-1.5, 4, 0), (-0.6, 3, 0), (-0.3, 4, 0), (1.0, 3, 0), (1.5, 4, 0)
    found = tape(tape_seen(Act.SCALE_UP, *dip))
    assert (found.usual, found.lowest) == (4, 4)
    assert found.blink_seconds == pytest.approx(0.6)
    assert tape(tape_seen(Act.SCALE_UP, *dip[:1], *dip[3:])).lowest == 3
    longer = tape_seen(Act.SCALE_UP, *dip[:1], (-0.55, 3, 0), (-0.1, 4, 0))
    assert not tape(longer).known


@pytest.mark.parametrize(
    ("seen", "other", "words"),
    [
        (KILLED, {}, "3 slots instead of 4 for 1.3 s, then 4"),
        (KILLED, {}, "1 request in the app is cut off without an answer"),
        (tape_seen(Act.SCALE_DOWN, (-1.5, 4, 0), (0.1, 3, 0)), {}, "to the end"),
        (KILLED, {"lost": (lost(0.1, "failed", status=500),)}, "is answered 500"),
        (ENDED, {}, "in the app finish, and the server ends after 1.1 s"),
        (ENDED, {}, "1 request that waited is cut off"),
        (ENDED, {"lost": (lost(0.5),)}, "not all requests in the app finish"),
        (
            ENDED,
            {"ended_at": None, "survivors": 3},
            "the server is still there after 1",
        ),
        (ENDED, {"survivors": 3}, "some of its processes are still there"),
        (ENDED, {"catches_term": False}, "it would go on until it is killed"),
        (
            tape_seen(Act.LONG_REQUEST, (-1.5, 4, 0)),
            {"long_stayed": 30.9},
            "the long request was lost after 30.9 s",
        ),
        (tape_seen(Act.LONG_REQUEST, (-1.5, 4, 0)), {}, "request was left alone"),
        (tape_seen(Act.RECYCLE, (-1.5, 4, 0)), {"reason": "none was"}, "none was"),
    ],
)
def test_the_sentence_describes_the_tape(
    seen: TapeSeen, other: dict[str, Any], words: str
) -> None:
    assert words in tape(seen, **other).sentence


def test_later_requests_are_counted_separately() -> None:
    later = lost(0.9, "refused", process=None, entered_at=None, offered_at=0.7)
    found = tape(ENDED, lost=(later, later, lost(-0.3)))
    assert (found.lost_in_app, found.lost_waiting, found.lost_later) == (0, 0, 2)
    assert "2 requests that came later are refused" in found.sentence


def test_slots_missing_by_chance_are_no_loss() -> None:
    """If the floor is below the number before the act, the usual number counts."""
    seen = tape_seen(Act.SCALE_UP, (-1.5, 8, 0), (1.0, 5, 0))
    asked = (LifeSeen(tapes=(seen,)),)
    uneven = cell(WHERE, "2x4", 8, rounds(8, (2, 4), [8, 4, 6]), asked=asked)
    (found,) = tapes(uneven)
    assert (found.usual, found.lowest) == (4, 5)


@pytest.mark.parametrize(
    ("idle", "words", "lost_on_idle"),
    [
        ({"kept": 8, "answered": 8}, "of 8 connections that idled 8 were answered", 0),
        (
            {"kept": 8, "closed": 1, "lost": 7},
            "idled 1 was closed before its next request, 7 were cut off with their",
            7,
        ),
        (
            {"kept": 8, "answered": 6},
            "6 were answered once more, 2 had no answer",
            None,
        ),
        ({}, "no connection idles", None),
    ],
)
def test_idle_connections_at_a_reload_are_described(
    idle: dict[str, int], words: str, lost_on_idle: int | None
) -> None:
    seen = LifeSeen(tapes=(RELOADED, KILLED), idle=IdleSeen(connections=8, **idle))
    reload, kill = tapes(cell(WHERE, "sync-4", 4, rounds(4, (4, 1)), asked=(seen,)))
    assert words in reload.sentence
    assert reload.lost_on_idle == lost_on_idle
    assert "idle" not in kill.sentence


def test_process_one_without_a_handler_got_no_signal() -> None:
    one = Sent(at=0.0, signal="SIGTERM", to="process 1 of its PID namespace")
    found = tape(ENDED, catches_term=False, sent=(one,))
    assert "process 1 has no handler for SIGTERM, so nothing was told" in found.sentence
    assert "would go on until it is killed" in tape(ENDED, catches_term=False).sentence
