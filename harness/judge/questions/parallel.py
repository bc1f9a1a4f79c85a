"""Judges how many requests compute at the same time.

The number of threads that had something to compute is the time in which they ran, or
were ready to run but waited for a processor, divided by the elapsed time. It is one in
each process if the interpreter's lock allows no more, otherwise all of them; in any
case a whole number. If the result is near none of these numbers, the answer is unknown.
"""

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.rounds import peak_of
from harness.records.seen import ComputeRound
from harness.records.seen import ParallelSeen

NEAR = 0.2
"""How far a result may be from a whole number to count as that number: other threads of
the server have a little to do now and then."""

SHARE = 0.1
"""The same as a share of the number: threads that still wait for a processor at the end
are not counted."""


HELD_UP = 0.2
"""How late the harness may be in releasing requests, or in seeing that the first is
done, as a share of the time that they computed. A longer delay would change the
number."""


def answer(seen: ParallelSeen, cell: CellEvidence) -> Answer:
    """How many requests would compute at once with a processor for each."""
    rounds = [round_ for round_ in seen.rounds if round_.computing and round_.seconds]
    if not rounds:
        return seen.unknown("no request was seen to compute")
    rounds = [
        round_ for round_ in rounds if round_.lag_seconds <= HELD_UP * round_.seconds
    ]
    if not rounds:
        return seen.answer(
            UNKNOWN,
            "It is not known: the harness itself was held up while requests computed. "
            "Measure again when this machine is less busy.",
        )
    best = max(rounds, key=_ready)
    number = _number(best)
    if not number:
        return seen.unknown("the number was not the same each time")
    open_ended = number == best.computing and peak_of(cell.rounds) > number
    few = seen.processors < number
    most = f"; here {seen.processors}" if few else ""
    text = f"{'≥' if open_ended else ''}{number}{most}"
    return seen.answer(text, _sentence(best, number, few), number)


def _ready(each: ComputeRound) -> float:
    """Threads that ran, or were ready to run, on average."""
    return (each.used + each.waited) / each.seconds


def _number(best: ComputeRound) -> int:
    """How many computed; zero if unknown."""
    ready = _ready(best)
    for number in (best.processes, best.computing, round(ready)):
        if abs(ready - number) <= NEAR + SHARE * number:
            return number
    return 0


def _sentence(best: ComputeRound, number: int, few: bool) -> str:
    if best.computing == 1:
        return "One request computes at a time: no more are in the app."
    if number == 1:
        return (
            "One request computes at a time, however many are in the app: one thread "
            "computes at a time in a Python process, and there is one process."
        )
    beyond = ", as far as there are processors" if few else ""
    if number > best.processes:
        words = "Requests compute at the same time, even those that share a process"
    elif number == best.processes:
        words = "In each process, one request computes at a time"
    else:
        words = "Fewer requests compute at the same time than there are processes"
    return f"{words}{beyond}."
