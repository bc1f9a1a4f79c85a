"""Judges what happens to requests beyond the ceiling."""

from itertools import pairwise

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.seen import OverflowSeen
from harness.records.words import Settled

NOBODY = "nobody waits"


def answer(seen: OverflowSeen, cell: CellEvidence) -> Answer:
    """How many requests wait, which is the number, and what happens to the next one."""
    if not seen.in_app:
        return seen.unknown("no request was in the app")
    nxt, sentence = _next(seen)
    on_their_way = seen.waiting and seen.settled is Settled.STEADY_COUNT
    if on_their_way or seen.given_up_early:
        return seen.not_quiet()
    if not seen.waiting and not nxt:
        return seen.answer(
            NOBODY,
            "All requests were in the app: none was seen to wait or to be turned away.",
            0,
        )
    sentences = (_waiting(seen), sentence, _order(seen), _lost(seen))
    wait = f"{'' if nxt else '≥'}{seen.waiting} wait" if seen.waiting else NOBODY
    return seen.answer(
        f"{wait}{_where(seen)}{f', then {nxt}' if nxt else ''}",
        " ".join(filter(None, sentences)),
        seen.waiting,
    )


def _next(seen: OverflowSeen) -> tuple[str, str]:
    """What happens to the first request too many; empty if there was none."""
    if seen.turned_away:
        status = max(seen.turned_away, key=lambda each: seen.turned_away[each])
        return status, f"The next ones are answered with status {status} at once."
    if seen.refused:
        return "refused", "The connections of the next ones are refused."
    if seen.reset:
        return "cut off", "The connections of the next ones are cut off."
    if seen.not_opened:
        return "stall", (
            "The next ones get no connection: the client's system retries, at first "
            "after a second, and they are neither refused nor answered."
        )
    return "", ""


def _where(seen: OverflowSeen) -> str:
    """Whether waiting requests are in the server itself."""
    if seen.in_backlog is None or not seen.waiting:
        return ""
    inside = _inside(seen)
    if inside == 0:
        return " in the backlog"
    return " in the server" if inside == seen.waiting else f", {inside} in the server"


def _inside(seen: OverflowSeen) -> int:
    """Number of requests that wait in the server, not in the kernel's backlog."""
    return max(0, seen.waiting - (seen.in_backlog or 0))


def _waiting(seen: OverflowSeen) -> str:
    if not seen.waiting:
        return "Requests beyond the ceiling do not wait."
    if seen.in_backlog is None:
        return "Requests beyond the ceiling wait."
    if not _inside(seen):
        where = "in the listen backlog: the server has not accepted them yet"
    elif not seen.in_backlog:
        where = "in the server, which has accepted their connections"
    else:
        where = "in the server, and further ones in the listen backlog"
    return f"Requests beyond the ceiling wait {where}."


def _order(seen: OverflowSeen) -> str:
    if len(seen.served) < 2:
        return ""
    ordered = all(one < other for one, other in pairwise(seen.served))
    enter = "They enter" if ordered else "They do not enter"
    return f"{enter} in the order in which they came."


def _lost(seen: OverflowSeen) -> str:
    """A sentence on waiting requests that were lost in the end; empty if none was."""
    answered = seen.account.answered
    lost = seen.in_app + seen.waiting - answered
    if not seen.waiting:
        return ""
    if lost <= 0:
        return "No waiting request is lost."
    return f"{lost} waiting requests were never answered."
