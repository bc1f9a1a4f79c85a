"""Caveats that a reader of a verdict should know, each a sentence of its own."""

from collections.abc import Iterable
from collections.abc import Sequence

from harness.records.rounds import at_load
from harness.records.rounds import Round
from harness.records.rounds import undisturbed
from harness.records.rounds import was_quiet
from harness.records.text import plural
from harness.records.words import Arrival

ENDINGS = (
    ("failed", "answered with an error"),
    ("answered_without_entering", "answered without entering the app"),
    ("refused", "refused"),
    ("reset", "cut off"),
    ("unopened", "not connected in time"),
)
"""The endings of requests that a reason mentions, as fields of ``Account``."""


def caveats_on(
    rounds: Sequence[Round], load: int, *, order_is_known: bool
) -> list[str]:
    """Caveats about the rounds of a cell.

    If the order of workers was chosen, the numbers explain why ordinary rounds differ:
    chance decides in those.
    """
    caveats = []
    if not order_is_known and _fewer_when_staggered(at_load(rounds, load)):
        caveats.append("fewer entered only when they arrived one after another")
    if any(round_.stalled for round_ in rounds):
        # The number is a matter of chance.
        caveats.append(
            "some requests were never served, even after all others were released"
        )
    sure = [round_ for round_ in rounds if was_quiet(round_)]
    odd = {each.entered_on_release for each in sure} - {None, 1}
    if odd and not order_is_known:
        worst = min(number or 0 for number in odd)
        caveats.append(f"when one was released, {worst or 'none'} took its place")
    caveats.extend(_ended_otherwise(rounds))
    if replaced := len(rounds) - len(undisturbed(rounds)):
        caveats.append(
            f"the server replaced processes, so {plural(replaced, 'round')} of "
            f"{len(rounds)} count only towards the maximum"
        )
    if not all(map(was_quiet, rounds)):
        caveats.append(
            "the server did not go quiet in every round, so this is less certain"
        )
    return caveats


def _fewer_when_staggered(rounds: Sequence[Round]) -> bool:
    burst, staggered = (
        [round_.admitted for round_ in rounds if round_.arrival is arrival]
        for arrival in (Arrival.BURST, Arrival.STAGGERED)
    )
    return bool(burst and staggered) and min(staggered) < min(burst) == max(burst)


def _ended_otherwise(rounds: Sequence[Round]) -> Iterable[str]:
    for field, words in ENDINGS:
        worst = max(
            rounds, key=lambda each: int(getattr(each.account, field)), default=None
        )
        if worst is not None and (count := getattr(worst.account, field)):
            were = "was" if count == 1 else "were"
            yield f"{count} of {plural(worst.asked, 'request')} {were} {words}"
