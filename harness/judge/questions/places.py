"""Judges how many requests get to places inside the app, and what the others do."""

from collections.abc import Sequence

from harness.records.evidence import CellEvidence
from harness.records.places import Narrow
from harness.records.places import PlaceRound
from harness.records.places import PlaceSeen
from harness.records.places import PlacesSeen
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.text import plural
from harness.records.words import Settled


def answer(seen: PlacesSeen, cell: CellEvidence) -> Answer:
    """How many requests get to each place; the number is that of the narrowest."""
    if any(map(_is_unquiet, seen.places)):
        return seen.not_quiet()
    door = max(round_.at_door for place in seen.places for round_ in _rounds(place))
    parts = ", ".join(
        f"{_range(place) or 'none'} {_where(place)}" for place in seen.places
    )
    sentence = (
        f"Of {plural(door, 'request')} for {seen.route} in the app at once, this many "
        f"got to a place: {parts}."
    )
    reached = [place for place in seen.places if _range(place)]
    if not reached:
        return seen.answer(UNKNOWN, sentence)
    words = ", ".join(f"{_range(each)} at {each.place}" for each in reached)
    return seen.answer(words, sentence, min(map(_least, reached)))


def narrow(seen: PlacesSeen) -> tuple[Narrow, ...]:
    """Places that fewer requests reach than are in the app at the same time."""
    return tuple(
        Narrow(
            place=place.place,
            at_door=least.at_door,
            at_place=least.at_place,
            others=_others(least),
            always=_is_always(place),
        )
        for place in seen.places
        if not _is_unquiet(place) and _range(place)
        for least in [_narrowest(place)]
        if least.at_place < least.at_door
    )


def _rounds(seen: PlaceSeen) -> Sequence[PlaceRound]:
    """The rounds that count, without those in which a chosen order was given up."""
    return [round_ for round_ in seen.rounds if round_.complete] or seen.rounds


def _is_unquiet(seen: PlaceSeen) -> bool:
    return any(round_.settled is Settled.STEADY_COUNT for round_ in _rounds(seen))


def _is_always(seen: PlaceSeen) -> bool:
    """Whether the same number gets to the place every time, not by chance."""
    by_chance = [round_ for round_ in _rounds(seen) if round_.order is None]
    return not any(each.processes > 1 for each in by_chance)


def _narrowest(seen: PlaceSeen) -> PlaceRound:
    """The round in which the most requests in the app did not get to the place."""
    return min(_rounds(seen), key=lambda each: each.at_place - each.at_door)


def _least(seen: PlaceSeen) -> int:
    return min(round_.at_place for round_ in _rounds(seen))


def _range(seen: PlaceSeen) -> str:
    """The range of how many reached the place in all rounds; empty if none did."""
    least, most = _least(seen), max(each.at_place for each in _rounds(seen))
    if not most:
        return ""
    return str(most) if least == most else f"{least}–{most}"


def _where(seen: PlaceSeen) -> str:
    """The name of a place, and what the others did in the narrowest round."""
    others = _others(_narrowest(seen))
    if not _range(seen):
        why = "it is not called" if seen.found else "no imported module has it"
        others = f"{why}; {others}" if others else why
    elif not _is_always(seen):
        chance = f"seen in {plural(len(_rounds(seen)), 'round')}, left to chance"
        others = f"{chance}; {others}" if others else chance
    return f"at {seen.place}{f' ({others})' if others else ''}"


def _others(round_: PlaceRound) -> str:
    """What became of the requests that did not get to a place."""
    parts = []
    if round_.at_place > round_.at_door:
        parts.append("one after another")
    if round_.asking:
        parts.append(f"{_wait(round_.asking)} for it")
    ended = sum(round_.ended.values())
    elsewhere = round_.at_door - round_.asking - round_.at_place - ended
    if elsewhere > 0:
        parts.append(f"{_wait(elsewhere)} elsewhere in the app")
    for status, count in sorted(round_.ended.items()):
        how = "cut off" if status == "cut off" else f"answered with status {status}"
        parts.append(f"{count} {'was' if count == 1 else 'were'} {how}")
    for error, count in sorted(round_.errors.items()):
        parts.append(f"{count} met {error}")
    if round_.stuck:
        parts.append(
            f"{_wait(round_.stuck)} on after all others were released, as in a deadlock"
        )
    elif round_.stalled:
        parts.append(f"{round_.stalled} had not ended a while after all were released")
    return ", ".join(parts)


def _wait(count: int) -> str:
    return f"{count} {'waits' if count == 1 else 'wait'}"
