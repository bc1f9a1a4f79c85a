"""Judges what happens when a worker is killed, or the server is told to end.

A worker is replaced when as many requests are in the app afterwards as before. Requests
finish on SIGTERM when all that were in the app are answered.
"""

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.recovery import Killed
from harness.records.recovery import RecoverySeen
from harness.records.recovery import Terminated
from harness.records.rounds import Account
from harness.records.text import listed

SUCCESS = 200

ENDINGS = {
    "answered": "answered",
    "failed": "answered {errors}",
    "answered_without_entering": "answered {errors}",
    "refused": "refused",
    "reset": "cut off without an answer",
    "timed_out": "left without an answer",
    "unopened": "not connected",
}
"""How requests end, as fields of ``Account``, in words."""


def answer(seen: RecoverySeen, cell: CellEvidence) -> Answer:
    """Whether the server recovers, and whether it ends well; there is no number."""
    if not seen.quiet:
        return seen.not_quiet()
    replaced, sentence = _killed(seen.killed)
    finishes, other = _terminated(seen.terminated)
    if replaced == finishes == UNKNOWN:
        return seen.unknown("no request was in the app")
    return seen.answer(f"{replaced}; {finishes}", f"{sentence} {other}")


def _killed(seen: Killed | None) -> tuple[str, str]:
    if seen is None or not seen.held:
        words = "No process that holds requests could be reached to kill it."
        return UNKNOWN, words
    lost = endings(seen.lost_account, seen.lost_statuses)
    if seen.first:
        words = f"When its only process is killed, its requests are {lost}"
        return "ends", f"{words} and the server stops serving."
    others = seen.held - seen.lost - seen.others_kept
    more = f" and {others} in other processes are lost too" if others else ""
    words = f"When a worker is killed, its requests are {lost}{more}; "
    before, after = max(seen.before), max(seen.after, default=0)
    if seen.ended:
        return "ends", f"{words}the server ends with it."
    if seen.new_processes:
        return "replaced", f"{words}another takes its place."
    if after >= before:
        return "the others do", f"{words}the others have as many in the app as before."
    return (
        f"{after} of {before} slots left",
        f"{words}no other takes its place.",
    )


def _terminated(seen: Terminated | None) -> tuple[str, str]:
    if seen is None or not seen.held:
        return UNKNOWN, "What happens to requests on SIGTERM was not seen."
    finish = seen.held_account.answered == seen.held
    held = endings(seen.held_account, seen.held_statuses)
    waiting = endings(seen.waiting_account, seen.waiting_statuses)
    if finish:
        words = "On SIGTERM requests in the app finish"
    elif held == waiting:
        words = f"On SIGTERM requests in the app and waiting ones are {held}"
    else:
        words = f"On SIGTERM requests in the app are {held}"
    if seen.waiting and held != waiting:
        words += f"; waiting ones are {waiting}"
    if not seen.ended:
        words += "; then it does not end"
    short = held.removesuffix(" without an answer")
    return "finishes" if finish else short, f"{words}."


def endings(account: Account, statuses: tuple[int, ...]) -> str:
    """How some requests ended, in words; ``statuses`` are those of their answers."""
    errors = [str(status) for status in statuses if status != SUCCESS]
    words = {
        ending.format(errors=listed(errors, "or") if errors else "with an error")
        for name, ending in ENDINGS.items()
        if getattr(account, name)
    }
    return listed(sorted(words), "or") if words else "not there"
