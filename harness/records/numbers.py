"""Sums up the rounds of a configuration: a floor, a ceiling, and how certain each is.

*Guaranteed* is a number that no order of arrival changes: it was found by choosing the
order of the workers; or one process takes all requests, and the same number was in the
app however they arrived: together, one by one, and over connections that were accepted
before. Where these differ, the least is *seen*: another way to arrive may give less.
Zero is always guaranteed, since nothing is less. *Seen* is a number that some rounds
reached by chance.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from harness.records.evidence import CellEvidence
from harness.records.rounds import at_load
from harness.records.rounds import peak_of
from harness.records.rounds import Round
from harness.records.rounds import turned_away
from harness.records.rounds import undisturbed
from harness.records.rounds import waited
from harness.records.rounds import was_quiet
from harness.records.steering import are_alike
from harness.records.steering import least_is_guaranteed
from harness.records.steering import least_rounds
from harness.records.steering import most_rounds
from harness.records.steering import SteeredRound
from harness.records.text import plural
from harness.records.words import Basis


class Numbers(NamedTuple):
    """Floor and ceiling of some rounds; without rounds, the defaults."""

    ceiling: int | None = None
    bounded: bool | None = None
    floor: int | None = None
    processes: int | None = None
    threads: int | None = None
    hand_off_seconds: float | None = None
    floor_by: Basis = Basis.SEEN
    ceiling_by: Basis = Basis.SEEN


def sum_up(
    rounds: Sequence[Round],
    load: int,
    steered: Sequence[SteeredRound] = (),
    workers: int | None = None,
) -> Numbers:
    """Sum up rounds; ``load`` is the declared number, or the limit.

    ``workers`` is how many processes take requests, where that is known. Rounds in
    which the server replaced processes count for the ceiling, but not for the floor.
    """
    if not rounds:
        return Numbers()
    hand_offs = [
        round_.hand_off_seconds
        for round_ in rounds
        if round_.hand_off_seconds is not None
    ]
    every: list[Round | SteeredRound] = [*rounds, *steered]
    most = max(round_.admitted for round_ in every)
    fullest = [round_ for round_ in every if round_.admitted == most]
    calm = undisturbed(rounds)
    floor, floor_by = _floor(calm, load, steered, workers)
    ceiling = max(most, peak_of(rounds))
    served = [round_ for round_ in rounds if not round_.stalled] or rounds
    filled = [round_ for round_ in most_rounds(steered) if round_.waiting]
    bounded = any(waited(round_) or turned_away(round_) for round_ in calm) or bool(
        filled
    )
    return Numbers(
        ceiling=ceiling,
        bounded=bounded,
        floor=floor,
        processes=max(round_.processes for round_ in fullest),
        threads=max(round_.threads for round_ in fullest),
        hand_off_seconds=median(hand_offs) if hand_offs else None,
        floor_by=floor_by,
        ceiling_by=_guaranteed(
            any(round_.admitted == ceiling for round_ in filled)
            or (workers == 1 and bounded and _alike(served, ceiling))
        ),
    )


def sum_up_cell(cell: CellEvidence, load: int) -> Numbers:
    """Sum up all evidence of a cell.

    The floor of a server that starts processes only while requests wait is what it has
    before it starts any. The floor of one that starts threads by chance is only *seen*:
    in most rounds the threads were there already, which says nothing about the first
    requests that come.
    """
    numbers = sum_up(cell.rounds, load, cell.steered, cell.workers)
    at_first = cell.declaration.at_first
    if numbers.floor is None:
        return numbers
    if at_first is not None:
        return numbers._replace(floor=min(at_first, numbers.floor), floor_by=Basis.SEEN)
    if starts_by_chance(cell, load):
        return numbers._replace(floor_by=Basis.SEEN)
    return numbers


def starts_by_chance(cell: CellEvidence, load: int) -> bool:
    """Whether chance decides how many threads serve ``load`` requests.

    It no longer does once a single worker has got all requests, and more than it had
    threads: each further request then started another thread.
    """
    return bool(cell.declaration.by_chance) and not least_rounds(cell.steered, load)


def _floor(
    rounds: Sequence[Round],
    load: int,
    steered: Sequence[SteeredRound],
    workers: int | None,
) -> tuple[int | None, Basis]:
    """The least admitted of ``load``; an ordinary round below a steered one counts."""
    admitted = [round_.admitted for round_ in at_load(rounds, load)]
    if not admitted:
        return None, Basis.SEEN
    chosen = least_rounds(steered, load)
    floor = min(admitted + [round_.admitted for round_ in chosen])
    if chosen:
        least = min(round_.admitted for round_ in chosen)
        sure = least_is_guaranteed(chosen, alike=are_alike(steered))
        return floor, _guaranteed(sure and least == floor)
    most = min(load, peak_of(rounds))
    same = floor == most and _alike(at_load(rounds, load), floor)
    none = floor == 0 and all(map(was_quiet, at_load(rounds, load)))
    return floor, _guaranteed(workers == 1 and (same or none))


def _alike(rounds: Sequence[Round], number: int) -> bool:
    """Whether each round admitted ``number``, or all that was offered.

    False if the server was not quiet in one of them.
    """
    return all(
        was_quiet(round_) and round_.admitted == min(round_.offered, number)
        for round_ in rounds
    )


def _guaranteed(sure: bool) -> Basis:
    return Basis.GUARANTEED if sure else Basis.SEEN


def contradiction(rounds: Iterable[Round | SteeredRound]) -> str | None:
    """How the sums of a round contradict each other; ``None`` if they agree."""
    for round_ in rounds:
        if fault := _contradiction(round_):
            return f"{fault}, so the numbers contradict each other"
    return None


def _contradiction(round_: Round | SteeredRound) -> str:
    account, offered = round_.account, round_.offered
    most = max(round_.admitted, getattr(round_, "peak", 0))
    expected = round_.asked - account.refused - account.unopened
    if most > offered:
        were = f"when {offered} were offered"
        return f"{most} requests said that they were in the app {were}"
    if strays := getattr(round_, "strays", 0):
        more = f"{plural(strays, 'request')} more than the {offered} that were offered"
        return f"{more} said that they were in the app"
    if account.total != round_.asked:
        total = account.total
        return f"of {round_.asked} requests sent, {total} were accounted for"
    if offered != expected:
        return f"{offered} requests count as offered where {expected} had a connection"
    return ""
