"""Decides whether a configuration handles the number that it declares.

Rule 1: until a request was seen to wait, or was turned away, a ceiling is a lower
bound. A request waited if the server was quiet and had not let it in; where a server
is never quiet, if it entered when another was let go.
Rule 2: what the rounds leave open is *unknown*, with what to do about it. Nothing is
called *fewer* or *uneven* unless requests were seen outside of the app with the server
quiet, or were turned away: a harness that is too slow says nothing about a server.
"""

from __future__ import annotations

from harness.judge.caveats import caveats_on
from harness.judge.full import is_more_by_chance
from harness.judge.full import lets_nobody_in
from harness.judge.full import may_be_chance
from harness.judge.full import passed_over
from harness.judge.full import unsure_rounds
from harness.judge.full import was_full
from harness.judge.full import was_full_alone
from harness.judge.verdict_words import advice
from harness.judge.verdict_words import CellNumbers
from harness.records.evidence import CellEvidence
from harness.records.numbers import starts_by_chance
from harness.records.numbers import sum_up_cell
from harness.records.rounds import load_of
from harness.records.steering import BY_THREADS
from harness.records.steering import TOO_LONG
from harness.records.text import plural
from harness.records.words import Basis
from harness.records.words import Verdict

CAME_LATE = (
    "some of its capacity came late, while requests waited; earlier rounds are left "
    "out, since a server that has just started has fewer in the app"
)
"""The caveat on a server that starts threads or workers late without declaring it."""

MORE = "so it may admit more"
"""The end of each reason for which *as declared* is left open."""


def verdict_on(cell: CellEvidence, limit: int) -> tuple[Verdict, str]:
    """The verdict on a measured cell, and the reason in one sentence.

    ``limit`` takes the place of the declared number where none is declared.
    """
    load = load_of(cell.declaration.declared, limit)
    numbers = sum_up_cell(cell, load)
    word, reason = _verdict(CellNumbers(cell, load, numbers))
    if not numbers.ceiling and word is Verdict.UNKNOWN:
        return word, reason  # nothing is known that other words would be about
    chance = []
    if cell.not_steered and not cell.declaration.grows:
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


def _verdict(seen: CellNumbers) -> tuple[Verdict, str]:
    cell, load, numbers = seen
    declared, ceiling, floor = seen.declared, numbers.ceiling, numbers.floor
    if broken := sum(round_.broken for round_ in cell.all_rounds):
        return Verdict.UNKNOWN, (
            f"{plural(broken, 'request')} left the app before being let go, so the "
            "numbers cannot be trusted"
        )
    if early := sum(round_.early for round_ in cell.rounds):
        return Verdict.UNKNOWN, (
            f"{plural(early, 'request')} had an answer before the app was done with "
            f"{'it' if early == 1 else 'them'}, so something else answers, and how "
            "many requests it takes at once cannot be seen in the app"
        )
    if ceiling is None or floor is None:
        why = f"{seen.no_round()}, so the verdict is open"
        return Verdict.UNKNOWN, f"{seen.declares}; {why}"
    if ceiling == 0 and any(round_.waiting for round_ in cell.rounds):
        return Verdict.UNKNOWN, (
            f"{seen.declares}; the app answered once, but none of the requests to be "
            "held got into it, not even one that came alone; look for what keeps them "
            "in front of it, such as middleware that waits for another service"
        )
    if declared is not None and ceiling > declared:
        word = Verdict.UNEVEN if is_more_by_chance(cell, ceiling) else Verdict.MORE
        return word, (
            f"{seen.declares}; up to {ceiling} were in the app at once when "
            f"{seen.most_offered} were offered"
        )
    if left_out := passed_over(cell):
        return Verdict.UNKNOWN, (
            f"{seen.so_many()}, but {left_out} of {cell.workers} processes got none of "
            f"those that waited, as others had accepted them before, {MORE}"
        )
    if cell.not_steered == BY_THREADS:
        why = "another order of its threads may give less or more"
        return Verdict.UNKNOWN, f"{seen.so_many()}, but {why}"
    if cell.declaration.grows and floor < load:
        return _grows(seen)
    sure_of_most = numbers.ceiling_by is Basis.GUARANTEED
    if cell.not_steered == TOO_LONG and not (sure_of_most and floor < load):
        return Verdict.UNKNOWN, (
            f"{seen.so_many()}, but this machine was too slow to find the least and "
            "the most; measure again while it has less to do"
        )
    if min(ceiling, floor) < load or (declared is None and numbers.bounded):
        return _short(seen)
    if declared is None:
        return Verdict.AS_DECLARED, (
            f"{seen.declares}; at least {ceiling} were in the app at once, the limit "
            "of what was tried"
        )
    so_many = f"{seen.declares}; {declared} were in the app at once"
    if not numbers.bounded:
        return Verdict.UNKNOWN, f"{so_many}, but {seen.open_end()}, {MORE}"
    if cell.asleep_workers or (cell.idle_workers and not sure_of_most):
        return Verdict.UNKNOWN, f"{so_many}, but {seen.idle()}, {MORE}"
    reached = (
        f"{seen.declares}; {declared} of {declared} offered were in the app at "
        f"once {seen.whenever()}, and further ones {seen.fate()}"
    )
    if starts_by_chance(cell, load):
        return Verdict.UNEVEN, f"{reached}, but chance may start fewer threads"
    return Verdict.AS_DECLARED, reached


def _grows(seen: CellNumbers) -> tuple[Verdict, str]:
    """The verdict on a server that adds processes only while requests wait."""
    ceiling, floor = seen.numbers.ceiling, seen.numbers.floor
    words = f"{seen.declares}; {floor} at once, and grows to"
    if ceiling == seen.load:
        return Verdict.UNEVEN, f"{words} {ceiling} while requests wait"
    return Verdict.UNKNOWN, (
        f"{words} {ceiling} or more while requests wait: it was watched until no more "
        "came for some seconds, and may grow later"
    )


def _short(seen: CellNumbers) -> tuple[Verdict, str]:
    """The verdict if fewer than declared were in the app, always or at times."""
    cell, load, numbers = seen
    ceiling, floor = numbers.ceiling or 0, numbers.floor or 0
    uneven = floor < load <= ceiling
    unsure = unsure_rounds(cell, floor if uneven else ceiling)
    sure = uneven or not unsure or was_full_alone(cell, load, ceiling)
    so_many = seen.so_many()
    if lets_nobody_in(cell.rounds):
        return Verdict.UNKNOWN, (
            f"{so_many}, but in the end even a single request was answered before it "
            "got to the app, as by a limit on the requests of one client; leave that "
            "out for the check"
        )
    if not was_full(cell, floor if uneven else ceiling) or not sure:
        return Verdict.UNKNOWN, (
            f"{so_many}, but the server was not quiet meanwhile, so more may have been "
            f"on their way; {advice(unsure)}"
        )
    if cell.idle_workers:
        why = f"{seen.idle()}, so there may be capacity to come"
        return Verdict.UNKNOWN, f"{so_many}, but {why}"
    if not uneven and (asleep := max((r.asleep for r in cell.rounds), default=0)):
        return Verdict.UNKNOWN, (
            f"{so_many}, but {plural(asleep, 'thread')} of the server slept all the "
            "while, and may let more in on waking up"
        )
    if not uneven and may_be_chance(cell, ceiling, load):
        why = f"chance may start more threads: {cell.declaration.by_chance}"
        return Verdict.UNKNOWN, f"{so_many}, but {why}"
    if not uneven:
        return Verdict.FEWER, (
            f"{seen.declares}; never more than {ceiling} in the app at once, though "
            f"up to {seen.most_offered} were offered"
        )
    return Verdict.UNEVEN, f"{seen.declares}; {seen.uneven()}"
