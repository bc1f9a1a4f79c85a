"""Commands of servers of known capacity, and the results they must give."""

from pathlib import Path

from harness.records.evidence import CellEvidence
from harness.records.plan import Declaration
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedFront
from harness.records.words import Arrival
from harness.records.words import Outcome

Command = tuple[str, ...]

ODD_SERVER = Path(__file__).parent / "odd_server.py"


def planned(
    *argv: str,
    declared: int | None,
    also_offered: tuple[int, ...] = (),
    front: PlannedFront | None = None,
) -> PlannedCell:
    """A planned cell that is in no catalog."""
    return PlannedCell(
        id="flask-0/control-0/shape/py0",
        configuration="shape",
        argv=argv,
        front=front,
        declaration=Declaration(declared=declared, because="It is known.", source=""),
        also_offered=also_offered,
    )


def control(processes: int, threads: int, *more: str) -> tuple[str, ...]:
    """Return the command of the control with a given shape."""
    return (
        *("{python}", "{target}/control.py", "--host", "{host}", "--port", "{port}"),
        *("--processes", str(processes), "--threads", str(threads), *more),
    )


def gunicorn(*options: str) -> Command:
    """Return a command of gunicorn with the app of the target."""
    where = ("--bind", "{host}:{port}", "--chdir", "{target}", "--no-control-socket")
    return "{scripts}/gunicorn", *where, *options, "app:app"


def gthread(workers: int, threads: int, *options: str) -> Command:
    """Return a command of gunicorn with threads."""
    return gunicorn("-w", str(workers), "--threads", str(threads), *options)


def odd(way: str) -> tuple[str, ...]:
    """Return the command of the server that goes wrong in one way."""
    return ("{python}", str(ODD_SERVER), "{host}", "{port}", way)


def started_by_chance(threads: int) -> set[tuple[str, int, int]]:
    """Return all possible results of one granian process: verdict, ceiling, floor.

    granian takes a thread that has just got a request for an idle one, and starts none
    for the next request (``BlockingRunnerPool::run`` in its ``src/blocking.rs``). This
    was seen in one of forty runs on a busy machine. In the worst case every second
    request starts a thread. If twice as many requests come, all threads are started,
    and they stay for 30 s.
    """
    leasts = range(-(-threads // 2), threads + 1)
    return {("uneven", threads, least) for least in leasts}


def assert_exactly(evidence: CellEvidence, processes: int, threads: int) -> None:
    """Assert that every round admitted all requests up to the capacity."""
    capacity = processes * threads
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")
    assert {round_.arrival for round_ in evidence.rounds} == (
        set(Arrival) if capacity > 1 else {Arrival.BURST}
    )
    for round_ in evidence.rounds:
        assert round_.offered == round_.asked
        assert round_.admitted == min(round_.offered, capacity)
        assert round_.peak == round_.admitted
        assert round_.waiting == round_.offered - round_.admitted
        assert round_.entered_on_release == (1 if round_.waiting else None)
        assert round_.account.answered == round_.account.total == round_.offered
        assert (round_.broken, round_.stalled) == (0, 0)
        if round_.offered >= capacity:
            assert (round_.processes, round_.threads) == (processes, threads)
