"""Decides whether a configuration handles the number that it declares.

Rule 1: until a request was seen to wait, or was turned away, a ceiling is a lower
bound. A request waited if the server was quiet and had not let it in; where a server
is never quiet, if it entered when another was let go.
Rule 2: what the rounds leave open is *unknown*, with what to do about it. Nothing is
called *fewer* or *uneven* unless requests were seen outside of the app with the server
quiet, or were turned away: a harness that is too slow says nothing about a server.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.judge.caveats import caveats_on
from harness.judge.full import is_more_by_chance
from harness.judge.full import lets_nobody_in
from harness.judge.full import may_be_chance
from harness.judge.full import passed_over
from harness.judge.full import unsure_rounds
from harness.judge.full import was_full
from harness.judge.full import was_full_alone
from harness.records.evidence import CellEvidence
from harness.records.numbers import Numbers
from harness.records.numbers import starts_by_chance
from harness.records.numbers import sum_up_cell
from harness.records.rounds import at_load
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.rounds import undisturbed
from harness.records.rounds import waited
from harness.records.steering import least_rounds
from harness.records.steering import SteeredRound
from harness.records.steering import TOO_LONG
from harness.records.text import plural
from harness.records.words import Basis
from harness.records.words import Verdict

LAG_SECONDS = 0.2
"""A hold-up of the harness that is worth a word, in seconds: a third of the time that a
count has to stand still.
"""


CAME_LATE = (
    "a part of that came late, while requests waited, and rounds before it are left "
    "out: a server that has just started has fewer in the app"
)
"""The caveat on a server that starts threads or workers late without declaring it."""


def verdict_on(cell: CellEvidence, limit: int) -> tuple[Verdict, str]:
    """The verdict on a measured cell, and the reason in one sentence.

    ``limit`` takes the place of the declared number where none is declared.
    """
    declared = cell.declaration.declared
    load = load_of(declared, limit)
    numbers = sum_up_cell(cell, load)
    word, reason = _verdict(declared, load, cell, numbers)
    steerable = cell.not_steered and not cell.declaration.grows
    chance = []
    if steerable:
        chance.append(f"left to chance which worker got what, as {cell.not_steered}")
    if starts_by_chance(cell, load):
        why = cell.declaration.by_chance
        chance.append(f"the least is what was seen, and no more: {why}")
    elif is_more_by_chance(cell, numbers.ceiling or 0):
        chance.append(f"one more is by chance: {cell.declaration.by_chance}")
    if cell.restarts:
        chance.append(CAME_LATE)
    order_is_known = numbers.floor_by is Basis.GUARANTEED and bool(cell.steered)
    caveats = caveats_on(cell.rounds, load, order_is_known=order_is_known)
    return word, "; ".join((reason, *chance, *caveats))


def _verdict(
    declared: int | None, load: int, cell: CellEvidence, numbers: Numbers
) -> tuple[Verdict, str]:
    ceiling, floor = numbers.ceiling, numbers.floor
    if broken := sum(each.broken for each in cell.all_rounds):
        return Verdict.UNKNOWN, (
            f"{plural(broken, 'request')} left the app before being let go, so the "
            "numbers cannot be trusted"
        )
    if ceiling is None or floor is None:
        return Verdict.UNKNOWN, f"{_declares(declared)}; {_no_round(load, cell)}"
    if declared is not None and ceiling > declared:
        word = Verdict.UNEVEN if is_more_by_chance(cell, ceiling) else Verdict.MORE
        return word, (
            f"declares {declared}; up to {ceiling} were in the app at once when "
            f"{_most_offered(cell)} were offered"
        )
    if left_out := passed_over(cell):
        return Verdict.UNKNOWN, (
            f"{_declares(declared)}; {_so_many(load, cell, numbers)}, but "
            f"{left_out} of {cell.workers} processes got none of those that waited, as "
            "others had accepted them before, so it may admit more"
        )
    if cell.declaration.grows and floor < load:
        return _grows(load, cell, numbers)
    sure_of_most = numbers.ceiling_by is Basis.GUARANTEED
    if cell.not_steered == TOO_LONG and not (sure_of_most and floor < load):
        return Verdict.UNKNOWN, _too_slow(declared, load, cell, numbers)
    if min(ceiling, floor) < load or (declared is None and numbers.bounded):
        return _short(declared, load, cell, numbers)
    if declared is None:
        return Verdict.AS_DECLARED, (
            f"declares no bound; at least {ceiling} were in the app at once, the limit "
            "of what was tried"
        )
    if not numbers.bounded:
        return Verdict.UNKNOWN, _open_end(cell, declared)
    if cell.asleep_workers or (cell.idle_workers and not sure_of_most):
        return Verdict.UNKNOWN, (
            f"declares {declared}; {declared} were in the app at once, but "
            f"{_idle(cell)}, so it may admit more"
        )
    reached = (
        f"declares {declared}; {declared} of {declared} offered were in the app at "
        f"once {_whenever(cell, numbers)}, and further ones {_fate(cell)}"
    )
    if starts_by_chance(cell, load):
        return Verdict.UNEVEN, f"{reached}, but chance may start fewer threads"
    return Verdict.AS_DECLARED, reached


def _grows(load: int, cell: CellEvidence, numbers: Numbers) -> tuple[Verdict, str]:
    """The verdict on a server that adds processes only while requests wait."""
    declared = cell.declaration.declared
    words = f"{_declares(declared)}; {numbers.floor} at once, and grows to"
    if numbers.ceiling == load:
        return Verdict.UNEVEN, f"{words} {load} while requests wait"
    return Verdict.UNKNOWN, (
        f"{words} {numbers.ceiling} or more while requests wait: it was watched until "
        "no more came for some seconds, and may grow later"
    )


def _too_slow(
    declared: int | None, load: int, cell: CellEvidence, numbers: Numbers
) -> str:
    """Why the numbers are unknown if this machine could not choose an order in time."""
    return (
        f"{_declares(declared)}; {_so_many(load, cell, numbers)}, but this machine was "
        "too slow to find the least and the most; measure again while it has less to do"
    )


def _no_round(load: int, cell: CellEvidence) -> str:
    """Why no round shows how many of ``load`` are in the app."""
    if at_load(cell.rounds, load):
        return (
            f"the server replaced processes in every round that offered {load} at "
            "once, so the verdict is open"
        )
    return f"no round managed to offer {load} at once, so the verdict is open"


def _short(
    declared: int | None, load: int, cell: CellEvidence, numbers: Numbers
) -> tuple[Verdict, str]:
    """The verdict if fewer than declared were in the app, always or at times."""
    ceiling, floor = numbers.ceiling or 0, numbers.floor or 0
    uneven = floor < load <= ceiling
    unsure = unsure_rounds(cell, floor if uneven else ceiling)
    sure = uneven or not unsure or was_full_alone(cell, load, ceiling)
    so_many = f"{_declares(declared)}; {_so_many(load, cell, numbers)}"
    if lets_nobody_in(cell.rounds):
        return Verdict.UNKNOWN, (
            f"{so_many}, but in the end even a single request was answered before it "
            "got to the app, as by a limit on the requests of one client; leave that "
            "out for the check"
        )
    if not was_full(cell, floor if uneven else ceiling) or not sure:
        return Verdict.UNKNOWN, (
            f"{so_many}, but the server was not quiet meanwhile, so more may have been "
            f"on their way; {_advice(unsure)}"
        )
    if cell.idle_workers:
        return Verdict.UNKNOWN, (
            f"{so_many}, but {_idle(cell)}, so there may be capacity to come"
        )
    if not uneven and (asleep := max((r.asleep for r in cell.rounds), default=0)):
        return Verdict.UNKNOWN, (
            f"{so_many}, but {plural(asleep, 'thread')} of the server slept all the "
            "while, and may let more in on waking up"
        )
    if not uneven and may_be_chance(cell, ceiling, load):
        return Verdict.UNKNOWN, (
            f"{so_many}, but chance may start more threads: "
            f"{cell.declaration.by_chance}"
        )
    if not uneven:
        return Verdict.FEWER, (
            f"{_declares(declared)}; never more than {ceiling} in the app at once, "
            f"though up to {_most_offered(cell)} were offered"
        )
    return Verdict.UNEVEN, f"{_declares(declared)}; {_uneven(load, cell, numbers)}"


def _idle(cell: CellEvidence) -> str:
    """A clause on workers that were never seen to hold a request."""
    listen = f"{cell.idle_workers} of {cell.workers} processes that listen"
    asleep = f" and {'sleeps' if cell.asleep_workers == 1 else 'sleep'}"
    return f"{listen} never took a request{asleep if cell.asleep_workers else ''}"


def _so_many(load: int, cell: CellEvidence, numbers: Numbers) -> str:
    if (numbers.ceiling or 0) < load:
        most = _most_offered(cell)
        return f"at most {numbers.ceiling} of {most} offered were in the app at once"
    if (numbers.floor or 0) >= load:
        return f"all of {load} offered were in the app at once"
    return f"at times {numbers.floor} of {load} offered were in the app at once"


def _uneven(load: int, cell: CellEvidence, numbers: Numbers) -> str:
    """A sentence on how many of ``load`` enter at worst, at best, and by chance."""
    seen = [each.admitted for each in at_load(undisturbed(cell.rounds), load)]
    if numbers.floor_by is Basis.SEEN or not least_rounds(cell.steered, load):
        if (most := max(seen, default=load)) < load:
            few = " to ".join(map(str, sorted({numbers.floor or 0, most})))
            return (
                f"{few} of {load} offered were in the app at once, and {load} only "
                "when more were offered"
            )
        return (
            f"between {numbers.floor} and {load} of {load} offered were in the app at "
            "once"
        )
    chance = " to ".join(map(str, sorted({min(seen), max(seen)})))
    return (
        f"of {load} offered at once {numbers.floor} are in the app where one worker "
        f"takes all that it can, the least that can happen, and {load} where they are "
        f"spread; left to chance, {chance} were"
    )


def _whenever(cell: CellEvidence, numbers: Numbers) -> str:
    """A clause on the rounds that reached the declared number."""
    chosen = cell.steered and numbers.floor_by is Basis.GUARANTEED
    return f"in every round{', whichever worker came first' if chosen else ''}"


def _advice(unsure: Sequence[Round | SteeredRound]) -> str:
    """A clause on what to do if rounds ended without a quiet server."""
    if any(each.stalled for each in unsure):
        return "it left requests unserved then, so measuring again will not tell more"
    lags = (each.lag_seconds for each in unsure if isinstance(each, Round))
    lag = max(lags, default=0.0)
    again = "measure again while this machine has less to do"
    if lag >= LAG_SECONDS:
        return f"the harness itself was held up for {lag:.1f} s, so {again}"
    return again


def _declares(declared: int | None) -> str:
    return f"declares {'no bound' if declared is None else declared}"


def _fate(cell: CellEvidence) -> str:
    """A clause on what happened to requests beyond the declared number."""
    waiting = any(map(waited, cell.rounds)) or any(r.waiting for r in cell.steered)
    return "waited" if waiting else "were turned away"


def _open_end(cell: CellEvidence, declared: int) -> str:
    """A clause on why it is unknown whether more would have been admitted."""
    begin = f"declares {declared}; {declared} were in the app at once, but"
    if _most_offered(cell) <= declared:
        return f"{begin} never more than {declared} were offered, so it may admit more"
    return f"{begin} no other was seen to wait, so it may admit more"


def _most_offered(cell: CellEvidence) -> int:
    return max(each.offered for each in cell.all_rounds)
