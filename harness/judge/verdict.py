"""Knows what the rounds of one configuration mean; must not know whose they are.

Rule 1: until a request was seen to wait, or was turned away, a ceiling is a lower
bound. A request waited if the server was quiet and had not let it in; where a server
is never quiet, if it came in when another was let go.
Rule 2: what the rounds leave open is *unknown*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from harness.records.evidence import Claims
from harness.records.report import AdmissionPoint
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Settled
from harness.records.words import Verdict

ENDINGS = (
    ("failed", "answered with an error"),
    ("answered_without_entering", "answered without entering the app"),
    ("refused", "refused"),
    ("reset", "cut off"),
    ("unopened", "not connected in time"),
)
"""Ways for a request to end that a reason mentions, as fields of ``Account``."""


class Numbers(NamedTuple):
    """What rounds come to; all ``None`` or empty without rounds."""

    ceiling: int | None
    bounded: bool | None
    floor: int | None
    processes: int | None
    threads: int | None
    hand_off_seconds: float | None


# ------------------------------------------------------------------ numbers of rounds


def load_of(declared: int | None, limit: int) -> int:
    """The load at which a declaration is put to the test.

    For a configuration that declares no bound, ``limit`` takes its place.
    """
    return limit if declared is None else declared


def sum_up(rounds: Sequence[Round], load: int) -> Numbers:
    """What rounds come to; ``load`` is the declared number, or the limit."""
    if not rounds:
        return Numbers(None, None, None, None, None, None)
    most = max(each.admitted for each in rounds)
    fullest = [each for each in rounds if each.admitted == most]
    hand_offs = [
        each.hand_off_seconds for each in rounds if each.hand_off_seconds is not None
    ]
    return Numbers(
        ceiling=max(each.peak for each in rounds),
        bounded=any(_waited(each) or _turned_away(each) for each in rounds),
        floor=min((each.admitted for each in _at(rounds, load)), default=None),
        processes=max(each.processes for each in fullest),
        threads=max(each.threads for each in fullest),
        hand_off_seconds=median(hand_offs) if hand_offs else None,
    )


def admission_curve(rounds: Iterable[Round]) -> tuple[AdmissionPoint, ...]:
    """How many of each offered load were admitted, by offered load."""
    admitted: dict[int, list[int]] = defaultdict(list)
    for each in rounds:
        admitted[each.offered].append(each.admitted)
    return tuple(
        AdmissionPoint(
            offered=offered,
            rounds=len(numbers),
            worst=min(numbers),
            median=float(median(numbers)),
            best=max(numbers),
        )
        for offered, numbers in sorted(admitted.items())
    )


def _at(rounds: Iterable[Round], load: int) -> list[Round]:
    return [each for each in rounds if each.offered == load]


def _waited(each: Round) -> bool:
    """Some request waited, and would not have come in by itself."""
    return each.waiting > 0 and (_quiet(each) or each.entered_on_release == 1)


def _turned_away(each: Round) -> bool:
    """Some request was sent away by a server that was holding others.

    One that was cut off counts if it neither was in the app nor waited.
    """
    cut_off = min(each.account.reset, each.offered - each.admitted - each.waiting)
    away = each.account.answered_without_entering + each.account.refused + cut_off
    return each.admitted > 0 and away > 0


def _quiet(each: Round) -> bool:
    return each.settled is not Settled.STEADY_COUNT


def contradiction(rounds: Iterable[Round]) -> str | None:
    """How the sums of a round disagree, if they do."""
    for each in rounds:
        account = each.account
        if account.total != each.asked:
            return (
                f"of {each.asked} requests sent, {account.total} were accounted for, "
                "so the numbers contradict each other"
            )
        expected = each.asked - account.refused - account.unopened
        if each.offered != expected:
            return (
                f"{each.offered} requests count as offered where {expected} had a "
                "connection, so the numbers contradict each other"
            )
    return None


def claims_fault(claims: Claims | None, rounds: Sequence[Round]) -> str:
    """What was seen that a server's claims rule out, in one sentence; else nothing.

    PEP 3333 lets a server claim more than it does: only a false "no" is a fault.
    """
    if claims is None or not rounds:
        return ""
    threads = max(each.threads for each in rounds)
    processes = max(each.processes for each in rounds)
    found = []
    if not claims.multithread and threads > 1:
        found.append(
            f"it tells the app wsgi.multithread False, yet {threads} requests were in "
            "one process at once"
        )
    if not claims.multiprocess and processes > 1:
        found.append(
            f"it tells the app wsgi.multiprocess False, yet {processes} processes had "
            "requests at once"
        )
    return "; ".join(found)


# ------------------------------------------------------------------------- verdicts


def verdict(
    declared: int | None, limit: int, rounds: Sequence[Round]
) -> tuple[Verdict, str]:
    """Is it what was declared? The word, and the reason in one sentence.

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
            f"{_requests(broken)} left the app before being let go, so the numbers "
            "cannot be trusted"
        )
    if not _at(rounds, load):
        return Verdict.UNKNOWN, (
            f"{_declares(declared)}; no round managed to offer {load} at once, so it "
            "cannot be told"
        )
    if declared is None:
        return _unbounded(rounds, limit)
    return _bounded(rounds, declared)


def _declares(declared: int | None) -> str:
    return f"declares {'no bound' if declared is None else declared}"


def _unbounded(rounds: Sequence[Round], limit: int) -> tuple[Verdict, str]:
    admitted = [each.admitted for each in _at(rounds, limit)]
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
    """What became of those that were too many."""
    return "waited" if any(map(_waited, rounds)) else "were turned away"


def _open_end(rounds: Sequence[Round], declared: int) -> str:
    """Why it is open whether more would have been admitted."""
    begin = f"declares {declared}; {declared} were in the app at once, but"
    if _most_offered(rounds) <= declared:
        return f"{begin} never more than {declared} were offered, so it may admit more"
    return f"{begin} no other was seen to wait, so it may admit more"


def _requests(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"


def _most_offered(rounds: Sequence[Round]) -> int:
    return max(each.offered for each in rounds)


# -------------------------------------------------------------------------- caveats


def _caveats(rounds: Sequence[Round], load: int) -> list[str]:
    """What else a reader should know, each the end of a sentence."""
    found = []
    if _fewer_when_staggered(_at(rounds, load)):
        found.append("fewer only when they arrived one after another")
    if stalled := max((each.stalled for each in rounds), default=0):
        found.append(f"{_requests(stalled)} never served after all were let go")
    if odd := {each.entered_on_release for each in rounds} - {None, 1}:
        worst = min(number or 0 for number in odd)
        found.append(f"when one was let go, {worst or 'none'} took its place")
    found.extend(_ended_otherwise(rounds))
    if not all(map(_quiet, rounds)):
        found.append("the server did not go quiet in every round, so less sure")
    return found


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
