"""Knows what abandoned requests still take from others, by what was seen of some; must
not know how that was seen.

A request in the app keeps its place when it stays in the app and no waiting one enters
in its stead. One that waited is run when it enters the app though nobody waits for it.
"""

from __future__ import annotations

from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import AbandonedAsked


def found(asked: AbandonedAsked, cell: CellEvidence) -> Found:
    """What becomes of requests in the app, and of waiting ones.

    The number is how many of the waiting were run.
    """
    if not asked.held:
        return Found(UNKNOWN, "It is not known: no request was in the app.")
    places, place = _places(asked)
    waiting, run = _waiting(asked)
    after, most = "", max(asked.after, default=0)
    if most < min((each.admitted for each in cell.rounds if each.waiting), default=0):
        after = " Afterwards fewer are in the app at once than before."
    number = asked.entered_later if asked.waiting_left else None
    return Found(f"{place}; {run}", f"{places} {waiting}{after}", number)


def _places(asked: AbandonedAsked) -> tuple[str, str]:
    """What becomes of requests in the app: a sentence, and in short."""
    if asked.kept == asked.held and not asked.entered_instead:
        return (
            "A request whose client has left stays in the app and keeps its place to "
            "the end.",
            "keeps its place",
        )
    if asked.kept == asked.held:
        return (
            "A request whose client has left stays in the app, but gives its place to "
            "a waiting one.",
            "runs on without its place",
        )
    if not asked.kept:
        return "A request in the app is ended when its client leaves.", "is ended"
    ended = f"{asked.held - asked.kept} of {asked.held} are ended"
    return "Some requests in the app are ended when their clients leave.", ended


def _waiting(asked: AbandonedAsked) -> tuple[str, str]:
    """What becomes of waiting requests: a sentence, and in short."""
    left, run = asked.waiting_left, asked.entered_later
    if not left:
        return "None was seen to wait.", "none waits"
    if run == left:
        return "One that was waiting is run all the same.", "waiting ones run"
    if not run:
        return "One that was waiting is dropped.", "waiting ones are dropped"
    return (
        "Some that were waiting are run all the same.",
        f"{run} of {left} waiting ones run",
    )
