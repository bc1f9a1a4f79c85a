"""Knows what becomes of requests beyond the ceiling, by what was seen of some; must not
know how that was seen.
"""

from __future__ import annotations

from itertools import pairwise

from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import OverflowAsked

NOBODY = "nobody waits"


def found(asked: OverflowAsked, cell: CellEvidence) -> Found:
    """How many wait, and what the next one gets; the number is how many wait."""
    if not asked.in_app:
        return Found(UNKNOWN, "It is not known: no request was in the app.")
    nxt, sentence = _next(asked)
    if not asked.waiting and not nxt:
        return Found(
            NOBODY,
            "All that came were in the app: none was seen to wait or to be sent away.",
            0,
        )
    said = (_waiting(asked), sentence, _order(asked), _lost(asked))
    wait = f"{'' if nxt else '≥'}{asked.waiting} wait" if asked.waiting else NOBODY
    return Found(
        f"{wait}{_where(asked)}{f', then {nxt}' if nxt else ''}",
        " ".join(filter(None, said)),
        asked.waiting,
    )


def _next(asked: OverflowAsked) -> tuple[str, str]:
    """What the one gets that is too many; nothing when none was."""
    if asked.turned_away:
        status = max(asked.turned_away, key=lambda each: asked.turned_away[each])
        return status, f"The next ones are answered with status {status} at once."
    if asked.refused:
        return "refused", "The connections of the next ones are refused."
    if asked.reset:
        return "cut off", "The connections of the next ones are cut off."
    if asked.not_opened:
        return "stall", (
            "The next ones get no connection: the system of the client tries again, a "
            "second later at first, and they are neither refused nor told anything."
        )
    return "", ""


def _where(asked: OverflowAsked) -> str:
    """Whether the server itself has those that wait."""
    if asked.in_backlog is None or not asked.waiting:
        return ""
    inside = _inside(asked)
    if inside == 0:
        return " in the backlog"
    return " in the server" if inside == asked.waiting else f", {inside} in the server"


def _inside(asked: OverflowAsked) -> int:
    """How many wait in the server; what the kernel has not handed over, does not."""
    return max(0, asked.waiting - (asked.in_backlog or 0))


def _waiting(asked: OverflowAsked) -> str:
    if not asked.waiting:
        return "Requests beyond the ceiling do not wait."
    if asked.in_backlog is None:
        return "Requests beyond the ceiling wait."
    if not _inside(asked):
        where = "in the listen backlog: the server has not accepted them yet"
    elif not asked.in_backlog:
        where = "in the server, which has accepted their connections"
    else:
        where = "in the server, and further ones in the listen backlog"
    return f"Requests beyond the ceiling wait {where}."


def _order(asked: OverflowAsked) -> str:
    if len(asked.served) < 2:
        return ""
    ordered = all(one < other for one, other in pairwise(asked.served))
    return (
        "They are let in in the order in which they came."
        if ordered
        else "They are not let in in the order in which they came."
    )


def _lost(asked: OverflowAsked) -> str:
    """What became of those that waited, once all were let in."""
    answered = asked.account.answered
    lost = asked.in_app + asked.waiting - answered
    if not asked.waiting:
        return ""
    if lost <= 0:
        return "None of those that waited is lost."
    return f"{lost} of those that waited were never answered."
