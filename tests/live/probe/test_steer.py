"""Floor and ceiling are those of the server, whichever worker comes first."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from harness.judge.verdict import verdict_on
from harness.probe import workers
from harness.records.evidence import CellEvidence
from harness.records.numbers import Numbers
from harness.records.numbers import sum_up
from harness.records.plan import PlannedFront
from harness.records.steering import Goal
from harness.records.steering import Steering
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.records.words import Verdict
from tests.live.commands import Command
from tests.live.commands import control
from tests.live.commands import gthread
from tests.live.commands import gunicorn
from tests.live.commands import odd
from tests.live.conftest import Measure
from tests.live.load import every_core_busy

ROOT = Path(__file__).parents[3]

with ThreadPoolExecutor() as pool:
    # The size of hypercorn's pool on this machine, from Python itself.
    POOL = pool._max_workers


def uwsgi(*options: str) -> Command:
    """Return a command of uWSGI with the app of the target."""
    where = ("--http-socket", "{host}:{port}", "--chdir", "{target}", "-w", "app:app")
    usual = ("--master", "--die-on-term", "--need-app")
    return "{scripts}/pyuwsgi", *where, *usual, *options


def of_target(server: str, *options: str) -> Command:
    """Return a command of a server whose options are a host and a port."""
    where = ("--host", "{host}", "--port", "{port}")
    return f"{{scripts}}/{server}", *options, *where, "app:app"


HYPERCORN = ("{scripts}/hypercorn", "--bind", "{host}:{port}", "-w", "2")
UVICORN = ("--interface", "wsgi", "--app-dir", "{target}", "--workers", "2")
GRANIAN = ("--interface", "wsgi", "--working-dir", "{target}", "--workers", "2")
CONNECTIONS = "--worker-connections"

KNOWN: dict[str, tuple[Command, int, int]] = {
    "control 2x2": (control(2, 2), 4, 4),
    "greedy 2x4": (odd("greedy"), 8, 4),
    "gunicorn sync 4": (gunicorn("-w", "4"), 4, 4),
    "gunicorn gthread 2x4": (gthread(2, 4), 8, 4),
    "gunicorn gthread 4x2": (gthread(4, 2), 8, 2),
    "gunicorn gthread 2x4, preloaded": (gthread(2, 4, "--preload"), 8, 4),
    "gunicorn gthread 2x4, 4 connections": (gthread(2, 4, CONNECTIONS, "4"), 8, 8),
    "gunicorn gthread 2x4, 5 connections": (gthread(2, 4, CONNECTIONS, "5"), 8, 7),
    "gunicorn gthread 4x2, 2 connections": (gthread(4, 2, CONNECTIONS, "2"), 8, 8),
    "gunicorn gthread 4x2, 3 connections": (gthread(4, 2, CONNECTIONS, "3"), 8, 6),
    "gunicorn gthread 2x4, a listener each": (gthread(2, 4, "--reuse-port"), 8, 4),
    "gunicorn gevent 2x10": (
        gunicorn("-k", "gevent", "-w", "2", CONNECTIONS, "10"),
        *(20, 20),
    ),
    "uWSGI 2x4": (uwsgi("--processes", "2", "--threads", "4"), 8, 8),
    "uWSGI 4x1": (uwsgi("--processes", "4"), 4, 4),
    "uWSGI 2x4, one lock": (
        uwsgi("--processes", "2", "--threads", "4", "--thunder-lock"),
        *(8, 8),
    ),
    "uvicorn 2": (of_target("uvicorn", *UVICORN), 20, 10),
    "hypercorn 2": ((*HYPERCORN, "wsgi:{target}/app.py:app"), 2 * POOL, POOL),
    "granian 2x4, a listener each": (
        of_target("granian", *GRANIAN, "--blocking-threads", "4"),
        *(8, 4),
    ),
}
"""By name: the command, its declared number and ceiling, and its floor."""

BUSY = (
    "control 2x2",
    "greedy 2x4",
    "gunicorn gthread 2x4",
    "gunicorn gthread 4x2, 3 connections",
    "gunicorn gthread 2x4, a listener each",
    "uWSGI 2x4",
)


def numbers(evidence: CellEvidence) -> Numbers:
    """Return the numbers of a measured cell."""
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")
    declared = evidence.declaration.declared
    assert declared is not None
    return sum_up(evidence.rounds, declared, evidence.steered, evidence.workers)


def assert_guaranteed(evidence: CellEvidence, least: int) -> None:
    """Assert that every order of workers guarantees the declared number."""
    seen = numbers(evidence)
    assert not evidence.not_steered
    assert (seen.floor, seen.floor_by) == (least, Basis.GUARANTEED)
    assert seen.ceiling == evidence.declaration.declared
    assert (seen.ceiling_by, seen.bounded) == (Basis.GUARANTEED, True)
    assert evidence.idle_workers == 0


@pytest.mark.parametrize("name", KNOWN)
def test_no_order_of_workers_gives_less_or_more(measure: Measure, name: str) -> None:
    command, most, least = KNOWN[name]
    assert_guaranteed(measure(command, declared=most), least)


@pytest.mark.xdist_group("overload")  # one at a time
@pytest.mark.parametrize("name", BUSY)
def test_a_busy_machine_changes_nothing(measure: Measure, name: str) -> None:
    command, most, least = KNOWN[name]
    with every_core_busy(4):
        assert_guaranteed(measure(command, declared=most), least)


def test_a_proxy_in_front_changes_nothing(
    measure: Measure, nginx: PlannedFront
) -> None:
    assert_guaranteed(measure(gthread(2, 4), declared=8, front=nginx), 4)


def test_a_proxy_in_front_chooses_among_listeners(
    measure: Measure, nginx: PlannedFront
) -> None:
    command = gthread(2, 4, "--reuse-port")
    evidence = measure(command, declared=8, front=nginx)
    assert evidence.not_steered == "what stands in front chooses the connections"
    assert numbers(evidence).floor_by is Basis.SEEN


def test_evidence_says_how_the_order_was_chosen(measure: Measure) -> None:
    evidence = measure(odd("greedy"), declared=8)
    assert evidence.workers == 2
    most, one, reverse = evidence.steered
    assert (most.goal, most.by, most.after) == (Goal.MOST, Steering.STOP, (4, 8, 8))
    assert (one.goal, one.after, one.workers) == (Goal.LEAST, (4, 4), most.workers)
    assert reverse.workers == one.workers[::-1]
    for round_ in evidence.steered:
        assert round_.account.answered == round_.offered == round_.asked
        assert round_.complete and round_.same_workers
        assert min(round_.stopped_seconds) > 0, "all is there before one looks"
    assert (one.opened, reverse.opened, reverse.after) == (False, True, (4,))


def test_a_process_that_forks_for_each_request_needs_no_chosen_order(
    measure: Measure,
) -> None:
    script = "from app import app; app.run('{host}', {port}, processes=3, threaded=0)"
    code = f"import sys; sys.path.insert(0, '{{target}}'); {script}"
    evidence = measure(("{python}", "-c", code), declared=3)
    assert (evidence.workers, evidence.steered) == (1, ())
    seen = numbers(evidence)
    assert (seen.floor, seen.ceiling, seen.floor_by) == (3, 3, Basis.GUARANTEED)


def test_workers_that_may_not_be_stopped_are_left_to_chance(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "may_stop", lambda process: False)
    evidence = measure(odd("greedy"), declared=8)
    assert evidence.not_steered.endswith(" may not be stopped")
    assert (evidence.workers, evidence.steered) == (2, ())
    assert numbers(evidence).floor_by is Basis.SEEN


def test_a_server_that_computes_all_the_time_is_right_or_unknown(
    measure: Measure,
) -> None:
    """On a busy machine, proving it takes longer than a worker may be stopped."""
    evidence = measure(odd("restless-pair"), declared=4)
    word, reason = verdict_on(evidence, 64)
    assert word in (Verdict.AS_DECLARED, Verdict.UNKNOWN), reason
    if word is Verdict.AS_DECLARED and not evidence.not_steered:
        assert_guaranteed(evidence, 4)


def test_a_server_that_overbooks_connections_has_a_floor_of_zero(
    measure: Measure,
) -> None:
    evidence = measure(odd("overbooks"), declared=4)
    seen = numbers(evidence)
    assert (seen.floor, seen.floor_by) == (0, Basis.GUARANTEED)
    assert (seen.ceiling, seen.ceiling_by) == (2, Basis.GUARANTEED)
    assert not evidence.not_steered
    (last,) = [round_ for round_ in evidence.steered if round_.opened]
    assert (last.settled, last.stalled) == ((Settled.IN_VAIN,), 4)
    assert verdict_on(evidence, 64) == (
        Verdict.FEWER,
        "declares 4; never more than 2 were in the app at once, although up to 8 were "
        "offered. Some requests were never served, even after all others were released",
    )


def test_a_short_timeout_is_no_trouble(measure: Measure, tmp_path: Path) -> None:
    evidence = measure(gthread(2, 4, "--timeout", "2"), declared=8)
    assert_guaranteed(evidence, 4)
    logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert "TIMEOUT" not in logs


HARNESS = """
import asyncio, sys
from pathlib import Path
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from tests.live.commands import odd, planned
while True:
    cell = planned(*odd("greedy"), declared=8)
    bench = Bench(Path(sys.executable), 64, Path(sys.argv[1]))
    asyncio.run(measure_cell(bench, cell))
"""


def stopped(tree: psutil.Process) -> list[psutil.Process]:
    """Return the stopped processes below a process."""
    return [
        each
        for each in tree.children(recursive=True)
        if each.status() == psutil.STATUS_STOPPED
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_stays_stopped_when_the_harness_is_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-c", HARNESS, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as harness:
        tree = psutil.Process(harness.pid)
        deadline = time.monotonic() + 60
        while True:
            assert harness.poll() is None and time.monotonic() < deadline
            try:
                if stopped(tree):
                    break
            except psutil.NoSuchProcess:
                continue
        below = tree.children(recursive=True)
        harness.send_signal(number)
    _, alive = psutil.wait_procs(below, timeout=20)
    assert not alive
