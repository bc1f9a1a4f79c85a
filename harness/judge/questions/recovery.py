"""Knows what it means that processes of a server were ended, by what was seen of their
requests and of the server; must not know how that was seen.

A worker is replaced when as many requests are in the app afterwards as before. Requests
finish on SIGTERM when all that were in the app are answered.
"""

from __future__ import annotations

from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import Killed
from harness.records.questions import RecoveryAsked
from harness.records.questions import Terminated
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


def found(asked: RecoveryAsked, cell: CellEvidence) -> Found:
    """Whether the server recovers, and whether it ends well; there is no number."""
    replaced, sentence = _killed(asked.killed)
    finishes, other = _terminated(asked.terminated)
    if replaced == finishes == UNKNOWN:
        return Found(UNKNOWN, "It is not known: no request was in the app.")
    return Found(f"{replaced}; {finishes}", f"{sentence} {other}")


def _killed(seen: Killed | None) -> tuple[str, str]:
    if seen is None or not seen.held:
        said = "No process that holds requests could be reached to kill it."
        return UNKNOWN, said
    lost = ending(seen.lost_account, seen.lost_statuses)
    if seen.first:
        said = f"When its only process is killed, its requests are {lost}"
        return "ends", f"{said} and nothing is served any more."
    others = seen.held - seen.lost - seen.others_kept
    more = f" and {others} in other processes are lost too" if others else ""
    said = f"When a worker is killed, its requests are {lost}{more}; "
    before, after = max(seen.before), max(seen.after, default=0)
    if seen.ended:
        return "ends", f"{said}the server ends with it."
    if seen.new_processes:
        return "replaced", f"{said}another takes its place."
    if after >= before:
        return "the others do", f"{said}the others have as many in the app as before."
    return (
        f"{after} of {before} places left",
        f"{said}no other takes its place.",
    )


def _terminated(seen: Terminated | None) -> tuple[str, str]:
    if seen is None or not seen.held:
        return UNKNOWN, "What becomes of requests on SIGTERM was not seen."
    finish = seen.held_account.answered == seen.held
    held = ending(seen.held_account, seen.held_statuses)
    waiting = ending(seen.waiting_account, seen.waiting_statuses)
    if finish:
        said = "On SIGTERM requests in the app finish"
    elif held == waiting:
        said = f"On SIGTERM requests in the app and waiting ones are {held}"
    else:
        said = f"On SIGTERM requests in the app are {held}"
    if seen.waiting and held != waiting:
        said += f"; waiting ones are {waiting}"
    if not seen.ended:
        said += "; then it does not end"
    return "finishes" if finish else held.removesuffix(" without an answer"), said + "."


def ending(account: Account, statuses: tuple[int, ...]) -> str:
    """How some requests ended, in words; ``statuses`` are those that they had."""
    errors = [str(status) for status in statuses if status != SUCCESS]
    words = {
        said.format(errors=listed(errors, "or") if errors else "with an error")
        for name, said in ENDINGS.items()
        if getattr(account, name)
    }
    return listed(sorted(words), "or") if words else "not there"
