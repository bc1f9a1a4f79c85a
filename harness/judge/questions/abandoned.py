"""Judges what becomes of requests whose clients have given up.

A request in the app keeps its slot if it stays there and no waiting request enters
instead. A waiting request is run if it enters the app although its client has left.
"""

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.seen import AbandonedSeen


def answer(seen: AbandonedSeen, cell: CellEvidence) -> Answer:
    """What becomes of requests in the app, and of waiting ones.

    The number is how many of the waiting were run.
    """
    if not seen.held:
        return seen.unknown("no request was in the app")
    if not seen.quiet:
        return seen.not_quiet()
    slots, slot = _slots_kept(seen)
    waiting, run = _waiting(seen)
    after, most = "", max(seen.after, default=0)
    if most < min(
        (round_.admitted for round_ in cell.rounds if round_.waiting), default=0
    ):
        after = " Afterwards fewer are in the app at once than before."
    number = seen.entered_later if seen.waiting_left else None
    return seen.answer(f"{slot}; {run}", f"{slots} {waiting}{after}", number)


def _slots_kept(seen: AbandonedSeen) -> tuple[str, str]:
    """What becomes of requests in the app: a sentence, and in short."""
    if seen.kept == seen.held and not seen.entered_instead:
        return (
            "A request whose client has left stays in the app and keeps its slot to "
            "the end.",
            "keeps its slot",
        )
    if seen.kept == seen.held:
        return (
            "A request whose client has left stays in the app, but gives its slot to "
            "a waiting one.",
            "runs on without its slot",
        )
    if not seen.kept:
        return "A request in the app is ended when its client leaves.", "is ended"
    ended = f"{seen.held - seen.kept} of {seen.held} are ended"
    return "Some requests in the app are ended when their clients leave.", ended


def _waiting(seen: AbandonedSeen) -> tuple[str, str]:
    """What becomes of waiting requests: a sentence, and in short."""
    left, run = seen.waiting_left, seen.entered_later
    if not left:
        return "None was seen to wait.", "none waits"
    if run == left:
        return "A waiting request is still run.", "waiting ones run"
    if not run:
        return "A waiting request is dropped.", "waiting ones are dropped"
    return (
        "Some waiting requests are still run.",
        f"{run} of {left} waiting ones run",
    )
