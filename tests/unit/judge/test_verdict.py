"""The verdict on a configuration, and the reason."""

from typing import Any

import msgspec
import pytest

from harness.judge.verdict import verdict_on
from harness.records.numbers import sum_up
from harness.records.plan import Declaration
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.steering import BY_THREADS
from harness.records.steering import Goal
from harness.records.steering import SteeredRound
from harness.records.steering import TOO_LONG
from harness.records.words import Arrival
from harness.records.words import Basis
from harness.records.words import Settled
from harness.records.words import Verdict
from tests.builders.reports import judged
from tests.builders.steered import steered
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def verdict(
    declared: int | None, limit: int, seen: tuple[Round, ...]
) -> tuple[Verdict, str]:
    """Return the verdict on a cell with these rounds, and the reason."""
    return verdict_on(cell(WHERE, "sync-4", declared, seen), limit)


STAGGERED: dict[str, Any] = {"arrival": Arrival.STAGGERED}


NOT_QUIET = "but the server was not quiet meanwhile, so more may have been on their way"
LESS_SURE = "The server did not go quiet in every round, so this is less certain"

VERDICTS: dict[str, tuple[int | None, tuple[Round, ...], Verdict, str]] = {
    "as declared": (
        4,
        rounds(4, (4, 1)),
        Verdict.AS_DECLARED,
        "declares 4; 4 of 4 offered were in the app at once in every round, and "
        "further ones waited",
    ),
    "uneven": (
        8,
        rounds(8, (4, 2), [3, 8]),
        Verdict.UNEVEN,
        "declares 8; between 3 and 8 of 8 offered were in the app at once",
    ),
    "uneven, reached only above": (
        8,
        (*rounds(8, (4, 2), [3, 5])[:-1], offer(16, 8)),
        Verdict.UNEVEN,
        "declares 8; 3 to 5 of 8 offered were in the app at once, and 8 only when more "
        "were offered",
    ),
    "uneven when staggered": (
        2,
        (offer(2, 2), offer(2, 2), offer(2, 1, **STAGGERED), offer(4, 2)),
        Verdict.UNEVEN,
        "declares 2; between 1 and 2 of 2 offered were in the app at once. Fewer "
        "entered only when they arrived one after another",
    ),
    "fewer": (
        8,
        (offer(8, 5), offer(16, 6)),
        Verdict.FEWER,
        "declares 8; never more than 6 were in the app at once, although up to 16 were "
        "offered",
    ),
    "nothing ever got in": (
        4,
        (offer(1, 0), offer(4, 0)),
        Verdict.UNKNOWN,
        "declares 4; the app answered once, but none of the probe's requests got into "
        "it, not even a single one. Look for something that keeps them out, such as "
        "middleware that waits for another service",
    ),
    "answered before it was let go": (
        4,
        (offer(1, 1, early=1), offer(4, 4)),
        Verdict.UNKNOWN,
        "1 request got an answer before the app was done with it, so something else "
        "answers, and the app does not show how many requests that takes at once",
    ),
    "more": (
        4,
        (offer(4, 4), offer(16, 9)),
        Verdict.MORE,
        "declares 4; up to 9 were in the app at once when 16 were offered",
    ),
    "more, for a moment": (
        4,
        (offer(4, 4), offer(8, 4, peak=5)),
        Verdict.MORE,
        "declares 4; up to 5 were in the app at once when 8 were offered",
    ),
    "never offered more": (
        4,
        (offer(1, 1), offer(4, 4)),
        Verdict.UNKNOWN,
        "declares 4; 4 were in the app at once, but never more than 4 were offered, so "
        "it may admit more",
    ),
    "never at the declared number": (
        4,
        (offer(1, 1), offer(8, 4)),
        Verdict.UNKNOWN,
        "declares 4; no round managed to offer 4 at once, so the verdict is open",
    ),
    "measured without a round": (
        4,
        (),
        Verdict.UNKNOWN,
        "declares 4; no round managed to offer 4 at once, so the verdict is open",
    ),
    "never quiet, and none took the place of the one let go": (
        4,
        (
            offer(4, 4),
            offer(8, 4, settled=Settled.STEADY_COUNT, entered_on_release=0),
        ),
        Verdict.UNKNOWN,
        "declares 4; 4 were in the app at once, but no other request was seen to wait, "
        "so it "
        "may admit more. The server did not go quiet in every round, so this is less "
        "certain",
    ),
    "never quiet, but one took the place of the one let go": (
        4,
        (offer(4, 4), offer(8, 4, settled=Settled.STEADY_COUNT)),
        Verdict.AS_DECLARED,
        "declares 4; 4 of 4 offered were in the app at once in every round, and "
        "further ones waited. The server did not go quiet in every round, so this is "
        "less certain",
    ),
    "never quiet, and the last one came when another was let go": (
        4,
        (offer(4, 4), offer(5, 4, settled=Settled.STEADY_COUNT)),
        Verdict.UNKNOWN,
        "declares 4; 4 were in the app at once, but no other request was seen to wait, "
        "so it "
        "may admit more. The server did not go quiet in every round, so this is less "
        "certain",
    ),
    "no bound, and a count stood still": (
        None,
        (
            offer(1, 1),
            offer(64, 40, settled=Settled.STEADY_COUNT, entered_on_release=0),
            offer(64, 58, settled=Settled.STEADY_COUNT, entered_on_release=1),
        ),
        Verdict.UNKNOWN,
        f"declares no bound; at most 58 of 64 offered were in the app at once, "
        f"{NOT_QUIET}. Measure again when this machine is less busy. {LESS_SURE}",
    ),
    "fewer than declared, and a count stood still": (
        160,
        (
            offer(160, 58, settled=Settled.STEADY_COUNT),
            offer(160, 93, settled=Settled.STEADY_COUNT),
        ),
        Verdict.UNKNOWN,
        f"declares 160; at most 93 of 160 offered were in the app at once, "
        f"{NOT_QUIET}. Measure again when this machine is less busy. {LESS_SURE}",
    ),
    "fewer than declared, and a count stood still in the fullest load only": (
        160,
        (
            offer(160, 93),
            offer(160, 58, settled=Settled.STEADY_COUNT),
        ),
        Verdict.UNKNOWN,
        f"declares 160; at most 93 of 160 offered were in the app at once, "
        f"{NOT_QUIET}. Measure again when this machine is less busy. {LESS_SURE}",
    ),
    "of several processes, and requests stalled": (
        8,
        (
            offer(8, 6),
            offer(8, 3, settled=Settled.STEADY_COUNT, stalled=5),
        ),
        Verdict.UNKNOWN,
        f"declares 8; at most 6 of 8 offered were in the app at once, {NOT_QUIET}. It "
        "left requests unserved, so measuring again will not help. Some "
        f"requests were never served, even after all others were released. {LESS_SURE}",
    ),
    "none of many, and a count stood still": (
        40,
        (
            offer(39, 39),
            offer(40, 40),
            offer(40, 0, settled=Settled.STEADY_COUNT, lag_seconds=0.84),
            offer(41, 40),
        ),
        Verdict.UNKNOWN,
        f"declares 40; sometimes only 0 of 40 offered were in the app at once, "
        f"{NOT_QUIET}. "
        "The harness itself was held up for 0.8 s, so measure again when this machine "
        f"is less busy. {LESS_SURE}",
    ),
    "turned away, though it is never quiet": (
        4,
        (
            offer(
                4,
                3,
                waiting=0,
                settled=Settled.STEADY_COUNT,
                account=Account(answered=3, answered_without_entering=1),
            ),
        ),
        Verdict.FEWER,
        "declares 4; never more than 3 were in the app at once, although up to 4 were "
        f"offered. 1 of 4 requests was answered without entering the app. {LESS_SURE}",
    ),
    "turned away whole, as by a limit on the requests of a client": (
        4,
        (
            offer(3, 3),
            offer(
                4,
                0,
                waiting=0,
                account=Account(answered_without_entering=4),
            ),
            offer(
                1,
                0,
                waiting=0,
                account=Account(answered_without_entering=1),
            ),
        ),
        Verdict.UNKNOWN,
        "declares 4; at most 3 of 4 offered were in the app at once, but in the end "
        "even a single request was answered before it reached the app, for example by "
        "a rate limit. Turn that off for the check. 4 of 4 requests were answered "
        "without entering the app",
    ),
    "fewer only while processes were replaced": (
        4,
        (offer(4, 4), offer(4, 2), offer(4, 1, replaced=1), offer(4, 4), offer(8, 4)),
        Verdict.AS_DECLARED,
        "declares 4; 4 of 4 offered were in the app at once in every round, and "
        "further ones waited. The server replaced processes, so 2 rounds of 5 count "
        "only towards the maximum",
    ),
    "processes were replaced all the time": (
        4,
        (offer(1, 1), offer(4, 3, replaced=1), offer(4, 2, replaced=2)),
        Verdict.UNKNOWN,
        "declares 4; the server replaced processes in every round that offered 4 at "
        "once, so the verdict is open. The server replaced processes, so 3 rounds of 3 "
        "count only towards the maximum",
    ),
    "others were turned away": (
        3,
        (
            offer(3, 3),
            offer(
                5,
                3,
                waiting=0,
                account=Account(answered=3, answered_without_entering=2),
            ),
        ),
        Verdict.AS_DECLARED,
        "declares 3; 3 of 3 offered were in the app at once in every round, and "
        "further ones were turned away. 2 of 5 requests were answered without entering "
        "the app",
    ),
    "broken holds": (
        4,
        (*rounds(4, (4, 1)), offer(4, 4, broken=1)),
        Verdict.UNKNOWN,
        "1 request left the app before being released, so the numbers cannot be "
        "trusted",
    ),
    "no bound": (
        None,
        unbounded(64, 500),
        Verdict.AS_DECLARED,
        "declares no bound; at least 500 were in the app at once, the most that was "
        "tried",
    ),
    "no bound, uneven": (
        None,
        (offer(64, 64), offer(64, 40)),
        Verdict.UNEVEN,
        "declares no bound; between 40 and 64 of 64 offered were in the app at once",
    ),
    "no bound, yet bounded": (
        None,
        (offer(64, 10), offer(64, 10)),
        Verdict.FEWER,
        "declares no bound; never more than 10 were in the app at once, although up to "
        "64 "
        "were offered",
    ),
    "no bound up to the limit, and one beyond": (
        None,
        (offer(64, 64), offer(500, 373)),
        Verdict.FEWER,
        "declares no bound; never more than 373 were in the app at once, although up "
        "to 500 "
        "were offered",
    ),
    "no bound, but errors instead of waiting": (
        None,
        (offer(64, 1, waiting=0, account=Account(answered=1, failed=63)),),
        Verdict.FEWER,
        "declares no bound; never more than 1 were in the app at once, although up to "
        "64 were "
        "offered. 63 of 64 requests were answered with an error",
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_each_kind_of_rounds_has_its_verdict(name: str) -> None:
    declared, seen, word, reason = VERDICTS[name]
    assert verdict(declared, 64, seen) == (word, reason)


@pytest.mark.parametrize(
    ("oddity", "caveat"),
    [
        (
            {"stalled": 3},
            "Some requests were never served, even after all others were released",
        ),
        ({"entered_on_release": 0}, "When one was released, none took its place"),
        ({"entered_on_release": 2}, "When one was released, 2 took its place"),
        (
            {"account": Account(answered=7, failed=1)},
            "1 of 8 requests was answered with an error",
        ),
        (
            {"account": Account(answered=1, answered_without_entering=7)},
            "7 of 8 requests were answered without entering the app",
        ),
        (
            {"offered": 6, "account": Account(answered=6, refused=2)},
            "2 of 8 requests were refused",
        ),
        ({"account": Account(answered=4, reset=4)}, "4 of 8 requests were cut off"),
        (
            {"offered": 7, "account": Account(answered=7, unopened=1)},
            "1 of 8 requests was not connected in time",
        ),
    ],
)
def test_a_caveat_is_added_to_the_reason(oddity: dict[str, Any], caveat: str) -> None:
    word, reason = verdict(4, 64, (*rounds(4, (4, 1)), offer(8, 4, **oddity)))
    assert word is Verdict.AS_DECLARED
    assert reason.endswith(f". {caveat}")


BUSY = offer(16, 0, settled=Settled.STEADY_COUNT, stalled=16)


@pytest.mark.parametrize(
    ("workers", "full", "word"),
    [
        (1, offer(4, 3), Verdict.FEWER),
        (1, offer(4, 3, settled=Settled.STEADY_COUNT), Verdict.UNKNOWN),
        (2, offer(4, 3), Verdict.UNKNOWN),
        (None, offer(4, 3), Verdict.UNKNOWN),
    ],
)
def test_a_single_process_that_was_full_while_quiet_is_full(
    workers: int | None, full: Round, word: Verdict
) -> None:
    one = cell(WHERE, "sync-4", 4, (full, BUSY), workers=workers)
    assert verdict_on(one, 64)[0] is word


def test_an_open_end_is_not_a_bound() -> None:
    report = judged(None, unbounded(64))
    assert (report.ceiling, report.bounded, report.floor) == (64, False, 64)


def test_requests_cut_off_while_others_are_held_were_turned_away() -> None:
    few = (offer(1, 1), offer(4, 4, (1, 4)))
    account = Account(answered=4, reset=4)
    full = offer(8, 4, waiting=0, entered_on_release=None, account=account)
    word, reason = verdict(4, 64, (*few, full))
    assert word is Verdict.AS_DECLARED
    assert reason.endswith(
        "and further ones were turned away. 4 of 8 requests were cut off"
    )
    assert sum_up((*few, full), 4).bounded


def test_requests_cut_off_later_were_not_turned_away() -> None:
    late = offer(4, 4, (1, 4), account=Account(reset=4))
    assert not sum_up((offer(1, 1), late), 4).bounded


@pytest.mark.parametrize(
    ("seen", "word", "reason"),
    [
        (
            (offer(1, 1), offer(5, 5, late=2), offer(6, 6), offer(7, 6)),
            Verdict.UNEVEN,
            "declares 6; 3 at once at first, growing to 6 while requests wait",
        ),
        (
            (offer(1, 1), offer(5, 4, late=1), offer(6, 5, late=2), offer(7, 5)),
            Verdict.UNKNOWN,
            "declares 6; 3 at once at first, growing to 5 or more while requests wait: "
            "it was "
            "watched until no more entered for some seconds, but may grow later",
        ),
    ],
)
def test_the_reason_names_a_server_that_grows(
    seen: tuple[Round, ...], word: Verdict, reason: str
) -> None:
    declaration = Declaration(declared=6, because="", source="", at_first=3)
    one = cell(WHERE, "cheaper", 6, seen, declaration=declaration)
    assert verdict_on(one, 64) == (word, reason)
    report = judge([evidence(WHERE, [one])]).cells[0]
    assert (report.floor, report.floor_by) == (3, Basis.SEEN)


BY_CHANCE = Declaration(
    declared=4, because="", source="", by_chance="it may start none for the next"
)


@pytest.mark.parametrize(
    ("floor", "word", "chosen", "floor_by"),
    [
        (4, Verdict.UNEVEN, False, Basis.SEEN),
        (3, Verdict.UNEVEN, False, Basis.SEEN),
        (2, Verdict.UNEVEN, True, Basis.GUARANTEED),
    ],
)
def test_threads_that_start_by_chance_are_seen_and_not_guaranteed(
    floor: int, word: Verdict, chosen: bool, floor_by: Basis
) -> None:
    """Unless one worker got more requests than it has threads."""
    rounds = offer(1, 1), offer(4, 4), offer(4, max(3, floor)), offer(5, 4)
    orders = (1, 2), (2, 1)
    choice = [steered(Goal.LEAST, order, 4, (2, 2)) for order in orders if chosen]
    one = cell(WHERE, "pool", 4, rounds, declaration=BY_CHANCE)
    one = msgspec.structs.replace(one, workers=1 + chosen, steered=tuple(choice))
    said, reason = verdict_on(one, 64)
    assert said is word
    assert reason.endswith(BY_CHANCE.by_chance) is not chosen
    report = judge([evidence(WHERE, [one])]).cells[0]
    assert (report.floor, report.floor_by) == (floor, floor_by)


@pytest.mark.parametrize(
    ("declared", "ceiling", "word"),
    [
        (4, 3, Verdict.UNKNOWN),
        (4, 2, Verdict.FEWER),
        (8, 4, Verdict.FEWER),
        (4, 5, Verdict.UNEVEN),
        (4, 6, Verdict.MORE),
    ],
)
def test_a_difference_by_chance_is_neither_fewer_nor_more(
    declared: int, ceiling: int, word: Verdict
) -> None:
    """At worst every second request starts a thread; at best one too many starts."""
    loads = (1, declared, declared, declared + 2)
    seen = [offer(load, min(load, ceiling)) for load in loads]
    declaration = msgspec.structs.replace(BY_CHANCE, declared=declared)
    one = cell(WHERE, "pool", declared, tuple(seen), declaration=declaration)
    said, reason = verdict_on(msgspec.structs.replace(one, workers=1), 64)
    assert said is word
    assert (BY_CHANCE.by_chance in reason) or word is Verdict.MORE


@pytest.mark.parametrize(
    ("most", "words"), [(5, "The extra one is down"), (6, "The extra 2 are down")]
)
def test_the_extra_requests_by_chance_are_stated(most: int, words: str) -> None:
    rounds = tuple(offer(load, load) for load in (1, 4, 4, most))
    one = cell(WHERE, "pool", 4, rounds, declaration=BY_CHANCE)
    chosen = [steered(Goal.LEAST, order, 4, (2, 2)) for order in ((1, 2), (2, 1))]
    one = msgspec.structs.replace(one, workers=2, steered=tuple(chosen))
    said, reason = verdict_on(one, 64)
    assert said is Verdict.UNEVEN
    assert f"{words} to chance: {BY_CHANCE.by_chance}" in reason


def too_slow(*most: SteeredRound) -> tuple[Verdict, str]:
    """The verdict on a cell whose workers could not be stopped for long enough."""
    one = cell(WHERE, "gthread-2x4", 8, (offer(8, 8), offer(8, 6), offer(9, 8)))
    fields: dict[str, Any] = {"workers": 2, "not_steered": TOO_LONG, "steered": most}
    return verdict_on(msgspec.structs.replace(one, **fields), 64)


def test_a_machine_too_slow_to_choose_an_order_leaves_the_verdict_open() -> None:
    word, reason = too_slow()
    assert word is Verdict.UNKNOWN
    assert (
        "sometimes only 6 of 8 offered were in the app at once, but this machine"
        in reason
    )
    assert "Measure again when it is less busy" in reason


def test_a_certain_verdict_is_given_even_on_a_slow_machine() -> None:
    word, _ = too_slow(steered(Goal.MOST, (1, 2), 8, (4, 8, 8)))
    assert word is Verdict.UNEVEN


def test_a_number_of_threads_that_accept_ahead_may_be_chance() -> None:
    for seen in (rounds(4, (1, 4)), rounds(4, (1, 4), at=(4, 2))):
        one = cell(WHERE, "threads", 4, seen, not_steered=BY_THREADS)
        word, reason = verdict_on(one, 64)
        assert word is Verdict.UNKNOWN and "another order of its threads" in reason
    more = cell(WHERE, "threads", 3, rounds(3, (1, 4), at=(4,)), not_steered=BY_THREADS)
    assert verdict_on(more, 64)[0] is Verdict.MORE


@pytest.mark.parametrize("restarts", [0, 1])
def test_late_capacity_means_fewer_slots_at_first(
    restarts: int,
) -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    one = cell(where, "sync-4", 4, rounds(4, (4, 1)), restarts=restarts)
    word, reason = verdict_on(one, 64)
    assert word is Verdict.AS_DECLARED
    assert ("a freshly started server lets fewer in" in reason) is bool(restarts)


def test_a_thread_that_sleeps_for_long_may_let_more_in() -> None:
    rounds = (offer(4, 3), offer(4, 3, asleep=1), offer(5, 3, asleep=1))
    word, reason = verdict(4, 64, rounds)
    assert word is Verdict.UNKNOWN
    assert reason.endswith(
        "1 thread of the server slept the whole time, and may let more in when awake"
    )


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (
            4,
            "4 were in the app at once, but 1 of 2 listening processes never took a ",
        ),
        (3, "1 of 2 listening processes never took a request, so there may be"),
    ],
)
def test_a_worker_that_never_took_a_request_leaves_the_verdict_open(
    taken: int, words: str
) -> None:
    seen = cell(WHERE, "sync-4", 4, rounds(4, (1, taken), [taken]))
    idle = msgspec.structs.replace(seen, workers=2, idle_workers=1)
    assert verdict_on(seen, 64)[0] in (Verdict.AS_DECLARED, Verdict.FEWER)
    word, why = verdict_on(idle, 64)
    assert word is Verdict.UNKNOWN
    assert words in why


def test_a_sleeping_worker_leaves_the_verdict_open_even_if_each_was_first() -> None:
    """A process that took nothing by itself may not be a worker, or not yet."""
    filled = steered(Goal.MOST, (1, 2), 4, (4, 4), waiting=4)
    least = [steered(Goal.LEAST, order, 4, (4,)) for order in ((1, 2), (2, 1))]
    seen = cell(WHERE, "sync-4", 4, rounds(4, (1, 4), [4]))
    seen = msgspec.structs.replace(
        seen, workers=2, idle_workers=1, steered=(filled, *least)
    )
    assert verdict_on(seen, 64)[0] is Verdict.AS_DECLARED
    word, why = verdict_on(msgspec.structs.replace(seen, asleep_workers=1), 64)
    assert word is Verdict.UNKNOWN
    assert "1 of 2 listening processes never took a request and sleeps, so" in why


@pytest.mark.parametrize("declared", [3, 4])
def test_a_worker_that_was_passed_over_may_have_room(declared: int) -> None:
    seen = cell(WHERE, "sync-4", declared, rounds(declared, (1, 3), [3]))
    filled = steered(Goal.MOST, (1, 2), 4, (0, 3, 3), takers=(2,), passed_over=1)
    seen = msgspec.structs.replace(seen, workers=2, steered=(filled,))
    word, why = verdict_on(seen, 64)
    assert word is Verdict.UNKNOWN
    assert "but 1 of 2 processes got none of the waiting requests, as others had" in why
    again = steered(Goal.MOST, (1, 2), 4, (3, 3), shares=(2, 1), takers=(1, 2))
    seen = msgspec.structs.replace(seen, steered=(filled, again))
    assert verdict_on(seen, 64)[0] is not Verdict.UNKNOWN
