"""Whether a configuration handles the number that it declares.

Rule 1: until a request was seen to wait, or was turned away, a ceiling is a lower
bound. A request waited if the server was quiet and had not let it in; where a server
is never quiet, if it entered when another was let go.
Rule 2: what the rounds leave open is *unknown*.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from harness.records.rounds import at_load
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.rounds import sum_up
from harness.records.rounds import waited
from harness.records.rounds import was_quiet
from harness.records.text import plural
from harness.records.words import Arrival
from harness.records.words import Verdict

ENDINGS = (
    ("failed", "answered with an error"),
    ("answered_without_entering", "answered without entering the app"),
    ("refused", "refused"),
    ("reset", "cut off"),
    ("unopened", "not connected in time"),
)
"""Ways for a request to end that a reason mentions, as fields of ``Account``."""


# ------------------------------------------------------------------------- verdicts


def verdict(
    declared: int | None, limit: int, rounds: Sequence[Round]
) -> tuple[Verdict, str]:
    """The verdict on a configuration, and the reason in one sentence.

    ``limit`` takes the place of the declared number where none is declared.
    """
    word, reason = _verdict(declared, limit, rounds)
    caveats = _caveats(rounds, load_of(declared, limit))
    return word, "; ".join((reason, *caveats))


def _verdict(
    declared: int | None, limit: int, rounds: Sequence[Round]
) -> tuple[Verdict, str]:
    load = load_of(declared, limit)
    if broken := sum(each.broken for each in rounds):
        return Verdict.UNKNOWN, (
            f"{plural(broken, 'request')} left the app before being let go, so the "
            "numbers cannot be trusted"
        )
    if not at_load(rounds, load):
        return Verdict.UNKNOWN, (
            f"{_declares(declared)}; no round managed to offer {load} at once, so "
            "the verdict is open"
        )
    if declared is None:
        return _unbounded(rounds, limit)
    return _bounded(rounds, declared)


def _declares(declared: int | None) -> str:
    return f"declares {'no bound' if declared is None else declared}"


def _unbounded(rounds: Sequence[Round], limit: int) -> tuple[Verdict, str]:
    admitted = [each.admitted for each in at_load(rounds, limit)]
    ceiling = max(each.peak for each in rounds)
    if min(admitted) >= limit and not any(each.waiting for each in rounds):
        return Verdict.AS_DECLARED, (
            f"declares no bound; at least {ceiling} were in the app at once, the limit "
            "of what was tried"
        )
    if min(admitted) < limit <= max(admitted):
        return Verdict.UNEVEN, (
            f"declares no bound; between {min(admitted)} and {limit} of {limit} "
            "offered were in the app at once"
        )
    return Verdict.FEWER, _at_most(None, ceiling, rounds)


def _bounded(rounds: Sequence[Round], declared: int) -> tuple[Verdict, str]:
    numbers = sum_up(rounds, declared)
    ceiling, floor = numbers.ceiling or 0, numbers.floor or 0
    if ceiling > declared:
        return Verdict.MORE, (
            f"declares {declared}; up to {ceiling} were in the app at once when "
            f"{_most_offered(rounds)} were offered"
        )
    if ceiling < declared:
        return Verdict.FEWER, _at_most(declared, ceiling, rounds)
    if floor < declared:
        return Verdict.UNEVEN, (
            f"declares {declared}; between {floor} and {declared} of {declared} "
            "offered were in the app at once"
        )
    if not numbers.bounded:
        return Verdict.UNKNOWN, _open_end(rounds, declared)
    return Verdict.AS_DECLARED, (
        f"declares {declared}; {declared} of {declared} offered were in the app at "
        f"once in every round, and further ones {_fate(rounds)}"
    )


def _at_most(declared: int | None, ceiling: int, rounds: Sequence[Round]) -> str:
    return (
        f"{_declares(declared)}; never more than {ceiling} in the app at once, though "
        f"up to {_most_offered(rounds)} were offered"
    )


def _fate(rounds: Sequence[Round]) -> str:
    """What became of requests beyond the declared number."""
    return "waited" if any(map(waited, rounds)) else "were turned away"


def _open_end(rounds: Sequence[Round], declared: int) -> str:
    """Why it is not known whether more would have been admitted."""
    begin = f"declares {declared}; {declared} were in the app at once, but"
    if _most_offered(rounds) <= declared:
        return f"{begin} never more than {declared} were offered, so it may admit more"
    return f"{begin} no other was seen to wait, so it may admit more"


def _most_offered(rounds: Sequence[Round]) -> int:
    return max(each.offered for each in rounds)


# -------------------------------------------------------------------------- caveats


def _caveats(rounds: Sequence[Round], load: int) -> list[str]:
    """What else a reader should know, each the end of a sentence."""
    caveats = []
    if _fewer_when_staggered(at_load(rounds, load)):
        caveats.append("fewer only when they arrived one after another")
    if stalled := max((each.stalled for each in rounds), default=0):
        caveats.append(
            f"{plural(stalled, 'request')} never served after all were let go"
        )
    if odd := {each.entered_on_release for each in rounds} - {None, 1}:
        worst = min(number or 0 for number in odd)
        caveats.append(f"when one was let go, {worst or 'none'} took its place")
    caveats.extend(_ended_otherwise(rounds))
    if not all(map(was_quiet, rounds)):
        caveats.append("the server did not go quiet in every round, so less sure")
    return caveats


def _fewer_when_staggered(rounds: Iterable[Round]) -> bool:
    admitted: dict[Arrival, list[int]] = {arrival: [] for arrival in Arrival}
    for each in rounds:
        admitted[each.arrival].append(each.admitted)
    burst, staggered = admitted[Arrival.BURST], admitted[Arrival.STAGGERED]
    return bool(burst and staggered) and min(staggered) < min(burst) == max(burst)


def _ended_otherwise(rounds: Sequence[Round]) -> Iterable[str]:
    for field, words in ENDINGS:
        worst = max(
            rounds, key=lambda each: int(getattr(each.account, field)), default=None
        )
        if worst is not None and (count := getattr(worst.account, field)):
            yield f"{count} of {worst.asked} {words}"
