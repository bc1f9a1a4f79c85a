"""Decides whether a configuration handles the number that it declares.

Rule 1: until a request was seen to wait, or was turned away, a ceiling is a lower
bound. A request waited if the server was quiet without having let it in, or, if the
server is never quiet, if it entered when another was released.
Rule 2: what the rounds leave open is *unknown*, with what to do about it. Nothing is
called *fewer* or *uneven* unless requests were seen outside of the app of a quiet
server, or were turned away: a slow harness proves nothing about a server.
"""

from collections.abc import Callable
from collections.abc import Iterator

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
from harness.records.text import capital
from harness.records.text import plural
from harness.records.words import Basis
from harness.records.words import Verdict

CAME_LATE = (
    "some of its capacity came late, while requests waited; earlier rounds do not "
    "count, since a freshly started server lets fewer in"
)
"""The caveat on a server that starts threads or workers late without declaring it."""

MAY_BE_MORE = "so it may admit more"
"""The end of each reason why *as declared* is left open."""

Finding = tuple[Verdict, str]
"""A verdict, and the reason for it."""


def verdict_on(cell: CellEvidence, limit: int) -> Finding:
    """The verdict on a measured cell, and the reason in a few sentences.

    ``limit`` takes the place of the declared number where none is declared.
    """
    load = load_of(cell.declaration.declared, limit)
    numbers = sum_up_cell(cell, load)
    seen = CellNumbers(cell, load, numbers)
    word, reason = next(found for rule in RULES if (found := rule(seen)))
    if not numbers.ceiling and word is Verdict.UNKNOWN:
        return word, reason  # without a number there is nothing for caveats to qualify
    order_is_known = numbers.floor_by is Basis.GUARANTEED and bool(cell.steered)
    caveats = caveats_on(cell.rounds, load, order_is_known=order_is_known)
    more = map(capital, (*_left_to_chance(seen), *caveats))
    return word, ". ".join((reason, *more))


def _left_to_chance(seen: CellNumbers) -> Iterator[str]:
    """Caveats on what chance decided, each a sentence of its own."""
    cell = seen.cell
    if cell.not_steered and not cell.declaration.grows:
        yield f"chance decided which worker got what, as {cell.not_steered}"
    if starts_by_chance(cell, seen.load):
        why = cell.declaration.by_chance
        yield f"the lowest number was only seen, not guaranteed: {why}"
    elif is_more_by_chance(cell, seen.ceiling):
        extra = seen.ceiling - seen.load
        those = "the extra one is" if extra == 1 else f"the extra {extra} are"
        yield f"{those} down to chance: {cell.declaration.by_chance}"
    if cell.restarts:
        yield CAME_LATE


def _mistrusted(seen: CellNumbers) -> Finding | None:
    """*Unknown* if requests left the app by themselves, or something else answered."""
    if broken := sum(round_.broken for round_ in seen.cell.all_rounds):
        return Verdict.UNKNOWN, (
            f"{plural(broken, 'request')} left the app before being released, so the "
            "numbers cannot be trusted"
        )
    if early := sum(round_.early for round_ in seen.cell.rounds):
        return Verdict.UNKNOWN, (
            f"{plural(early, 'request')} got an answer before the app was done with "
            f"{'it' if early == 1 else 'them'}, so something else answers, and the "
            "app does not show how many requests that takes at once"
        )
    return None


def _without_number(seen: CellNumbers) -> Finding | None:
    """*Unknown* without a complete round, or if no request got into the app."""
    if seen.numbers.floor is None:
        why = f"{seen.why_no_round()}, so the verdict is open"
        return Verdict.UNKNOWN, f"{seen.declares}; {why}"
    if seen.ceiling == 0 and any(round_.waiting for round_ in seen.cell.rounds):
        return Verdict.UNKNOWN, (
            f"{seen.declares}; the app answered once, but none of the probe's "
            "requests got into it, not even a single one. Look for something that "
            "keeps them out, such as middleware that waits for another service"
        )
    return None


def _more(seen: CellNumbers) -> Finding | None:
    """The verdict if more than declared were in the app."""
    if seen.declared is None or seen.ceiling <= seen.declared:
        return None
    chance = is_more_by_chance(seen.cell, seen.ceiling)
    return Verdict.UNEVEN if chance else Verdict.MORE, (
        f"{seen.declares}; up to {seen.ceiling} were in the app at once when "
        f"{seen.most_offered} were offered"
    )


def _order_may_matter(seen: CellNumbers) -> Finding | None:
    """*Unknown* if another order of workers or threads might give another number."""
    if left_out := passed_over(seen.cell):
        return Verdict.UNKNOWN, (
            f"{seen.admitted()}, but {left_out} of {seen.cell.workers} processes got "
            "none of the waiting requests, as others had already accepted them, "
            f"{MAY_BE_MORE}"
        )
    if seen.cell.not_steered == BY_THREADS:
        why = "another order of its threads may give less or more"
        return Verdict.UNKNOWN, f"{seen.admitted()}, but {why}"
    return None


def _grows(seen: CellNumbers) -> Finding | None:
    """The verdict on a server that adds processes only while requests wait."""
    if not seen.cell.declaration.grows or seen.floor >= seen.load:
        return None
    ceiling = seen.ceiling
    words = f"{seen.declares}; {seen.floor} at once at first, growing to"
    if ceiling == seen.load:
        return Verdict.UNEVEN, f"{words} {ceiling} while requests wait"
    return Verdict.UNKNOWN, (
        f"{words} {ceiling} or more while requests wait: it was watched until no more "
        "entered for some seconds, but may grow later"
    )


def _too_slow(seen: CellNumbers) -> Finding | None:
    """*Unknown* if workers could not be paused for long enough, unless *uneven*."""
    uneven = seen.is_sure_of_most and seen.floor < seen.load
    if seen.cell.not_steered != TOO_LONG or uneven:
        return None
    return Verdict.UNKNOWN, (
        f"{seen.admitted()}, but this machine was too slow to find the lowest and "
        "the highest number. Measure again when it is less busy"
    )


def _short(seen: CellNumbers) -> Finding | None:
    """The verdict if fewer than declared were in the app, always or at times."""
    cell, load, ceiling, floor = seen.cell, seen.load, seen.ceiling, seen.floor
    bounded = seen.declared is None and seen.numbers.bounded
    if min(ceiling, floor) >= load and not bounded:
        return None
    uneven = floor < load <= ceiling
    unsure = unsure_rounds(cell, floor if uneven else ceiling)
    sure = uneven or not unsure or was_full_alone(cell, load, ceiling)
    admitted = seen.admitted()
    if lets_nobody_in(cell.rounds):
        return Verdict.UNKNOWN, (
            f"{admitted}, but in the end even a single request was answered before it "
            "reached the app, for example by a rate limit. Turn that off for the check"
        )
    if not was_full(cell, floor if uneven else ceiling) or not sure:
        return Verdict.UNKNOWN, (
            f"{admitted}, but the server was not quiet meanwhile, so more may have "
            f"been on their way. {advice(unsure)}"
        )
    if cell.idle_workers:
        why = f"{seen.idle()}, so there may be capacity to come"
        return Verdict.UNKNOWN, f"{admitted}, but {why}"
    if not uneven and (asleep := max((r.asleep for r in cell.rounds), default=0)):
        return Verdict.UNKNOWN, (
            f"{admitted}, but {plural(asleep, 'thread')} of the server slept the "
            "whole time, and may let more in when awake"
        )
    if not uneven and may_be_chance(cell, ceiling, load):
        why = f"chance may start more threads: {cell.declaration.by_chance}"
        return Verdict.UNKNOWN, f"{admitted}, but {why}"
    if not uneven:
        return Verdict.FEWER, (
            f"{seen.declares}; never more than {ceiling} were in the app at once, "
            f"although up to {seen.most_offered} were offered"
        )
    return Verdict.UNEVEN, f"{seen.declares}; {seen.uneven()}"


def _unbounded(seen: CellNumbers) -> Finding | None:
    """The verdict if no bound is declared, and none was found."""
    if seen.declared is not None:
        return None
    return Verdict.AS_DECLARED, (
        f"{seen.declares}; at least {seen.ceiling} were in the app at once, the most "
        "that was tried"
    )


def _reached(seen: CellNumbers) -> Finding:
    """The verdict if exactly the declared number was in the app, every time."""
    cell, declared = seen.cell, seen.declared
    admitted = f"{seen.declares}; {declared} were in the app at once"
    if not seen.numbers.bounded:
        return (
            Verdict.UNKNOWN,
            f"{admitted}, but {seen.why_open_ended()}, {MAY_BE_MORE}",
        )
    if cell.asleep_workers or (cell.idle_workers and not seen.is_sure_of_most):
        return Verdict.UNKNOWN, f"{admitted}, but {seen.idle()}, {MAY_BE_MORE}"
    reached = (
        f"{seen.declares}; {declared} of {declared} offered were in the app at "
        f"once {seen.in_every_round()}, and further ones {seen.fate_of_others()}"
    )
    if starts_by_chance(cell, seen.load):
        return Verdict.UNEVEN, f"{reached}, but chance may start fewer threads"
    return Verdict.AS_DECLARED, reached


RULES: tuple[Callable[[CellNumbers], Finding | None], ...] = (
    *(_mistrusted, _without_number, _more, _order_may_matter),
    *(_grows, _too_slow, _short, _unbounded, _reached),
)
"""Rules on a cell; the first that applies counts, and the last one always does. The
order matters: each may rely on those before it not having applied."""
