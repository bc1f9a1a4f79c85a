"""A server behind nginx is measured exactly, and no process of either is left."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from harness.measure.app import HOST
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.measure.start import started
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.numbers import sum_up
from harness.records.plan import PlannedFront
from harness.records.words import Outcome
from harness.system.machine import allow_open_files
from harness.system.ports import free_ports
from harness.system.process import ProcessTree
from harness.system.spawn import Command
from tests.builders.catalogs import REAL
from tests.live.commands import assert_exactly
from tests.live.commands import control
from tests.live.commands import odd
from tests.live.conftest import Measure
from tests.live.sessions import probe

ROOT = Path(__file__).parents[3]


# --------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(("processes", "threads"), [(2, 3), (4, 2)])
def test_the_capacity_of_the_server_behind_nginx_is_measured(
    measure: Measure, nginx: PlannedFront, processes: int, threads: int
) -> None:
    capacity = processes * threads
    evidence = measure(control(processes, threads), declared=capacity, front=nginx)
    assert_exactly(evidence, processes, threads)


def test_an_unbounded_server_is_bounded_by_nginx(
    measure: Measure, nginx: PlannedFront
) -> None:
    evidence = measure(
        control(1, 1, "--unbounded"), declared=200, front=nginx, also_offered=(400,)
    )
    assert evidence.outcome is Outcome.MEASURED
    (most,) = (round_ for round_ in evidence.rounds if round_.offered == 400)
    # Each request takes two of its 512 connections, and some stay open.
    assert 200 < most.admitted < 256
    assert most.waiting == 0
    assert most.account.answered == most.admitted
    assert all(
        round_.admitted == 200 for round_ in evidence.rounds if round_.offered == 200
    )
    assert sum_up(evidence.rounds, 200).bounded
    assert "512 worker_connections are not enough" in evidence.log_tail


def test_a_port_that_was_taken_meanwhile_is_replaced(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may start to listen there between the choice and the start."""
    with socket.create_server((HOST, 0)) as other:
        given = iter([[other.getsockname()[1]]])
        monkeypatch.setattr(
            "harness.measure.start.free_ports",
            lambda host, count: next(given, None) or free_ports(host, count),
        )
        evidence = measure(control(2, 3), declared=6)
    assert next(given, None) is None, "that port was tried"
    assert_exactly(evidence, 2, 3)


def test_a_port_that_is_always_taken_is_an_error(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr("harness.measure.start.free_ports", lambda *_: [port])
        evidence = measure(control(1, 1), declared=1)
    assert evidence.outcome is not Outcome.MEASURED


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("flask-3.1.3/gunicorn-*/nginx-sync-4/*", (4, 1)),
        ("flask-3.1.3/uwsgi-*/nginx-processes-2x4/*", (2, 4)),
    ],
)
def test_servers_of_the_catalog_are_measured_behind_nginx(
    tmp_path: Path, nginx: PlannedFront, glob: str, expected: tuple[int, int]
) -> None:
    (environment,) = make_plan(REAL, Selection(only=(glob,))).environments
    allow_open_files()
    bench = Bench(Path(sys.executable), 64, tmp_path)
    evidence = asyncio.run(measure_cell(bench, environment.cells[0]))
    assert_exactly(evidence, *expected)


def test_evidence_has_both_commands(measure: Measure, nginx: PlannedFront) -> None:
    evidence = measure(control(1, 1), declared=1, front=nginx)
    assert_exactly(evidence, 1, 1)
    assert evidence.front is not None
    assert evidence.command[0] == sys.executable
    assert evidence.front.command[0] == "nginx"
    assert evidence.front.title == "nginx"
    assert evidence.front.version[0].isdigit()
    port = evidence.command[evidence.command.index("--port") + 1]
    assert f"proxy_pass http://127.0.0.1:{port};" in evidence.front.file


# ---------------------------------------------------------------------------- faults


def test_nginx_that_dies_in_a_round_is_named(
    measure: Measure, nginx: PlannedFront
) -> None:
    evidence = measure(odd("kills-front"), declared=1, front=nginx)
    assert evidence.outcome is Outcome.DIED
    assert evidence.reason.startswith("nginx was ended by SIGKILL after ")
    assert evidence.rounds, "what was measured before is kept"


def test_a_server_behind_nginx_that_dies_in_a_round_is_named(
    measure: Measure, nginx: PlannedFront
) -> None:
    evidence = measure(odd("dies"), declared=2, front=nginx)
    assert evidence.outcome is Outcome.DIED
    assert evidence.reason.startswith(
        "the server behind nginx exited with status 7 after "
    )


def test_a_server_behind_nginx_that_does_not_start_is_named(
    measure: Measure, nginx: PlannedFront
) -> None:
    evidence = measure(odd("exits"), declared=1, front=nginx)
    assert evidence.outcome is Outcome.NOT_STARTED
    assert evidence.reason == (
        "the server behind nginx exited with status 3 before it answered"
    )
    assert evidence.log_tail.startswith("[nginx]\n")
    assert "[the server behind nginx]\nno configuration" in evidence.log_tail


def test_nginx_that_does_not_start_is_named(
    measure: Measure, nginx: PlannedFront
) -> None:
    wrong = msgspec.structs.replace(nginx, template="nonsense;")
    evidence = measure(control(1, 1), declared=1, front=wrong)
    assert evidence.outcome is Outcome.NOT_STARTED
    assert evidence.reason == "nginx exited with status 1 before it answered"
    assert 'unknown directive "nonsense"' in evidence.log_tail


def test_a_missing_proxy_is_named(measure: Measure, nginx: PlannedFront) -> None:
    wrong = msgspec.structs.replace(nginx, argv=("no-such-proxy",))
    evidence = measure(control(1, 1), declared=1, front=wrong)
    assert evidence.outcome is Outcome.NOT_STARTED
    assert evidence.reason == "cannot execute no-such-proxy: No such file or directory"


def test_without_nginx_its_cells_are_not_supported(tmp_path: Path) -> None:
    glob = "flask-3.1.3/gunicorn-*/nginx-sync-4/*"
    path = str(Path(sys.executable).parent)
    done = probe(tmp_path / "results", "--only", glob, PATH=path)
    assert done.returncode == 3, done.stderr
    report = json.loads((tmp_path / "results" / "report.json").read_text())
    (cell,) = report["cells"]
    assert cell["outcome"] == "not supported"
    assert cell["reason"].startswith("nginx not found: ")


# --------------------------------------------------------------------------- the end


def test_the_proxy_is_stopped_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    stop = ProcessTree.stop

    async def noted(server: ProcessTree, *seconds: float) -> None:
        order.append(server.name)
        await stop(server, *seconds)

    async def run() -> list[int]:
        command = [sys.executable, "-c", "import signal; signal.pause()"]
        one = Command(command, os.environ, tmp_path, tmp_path / "one")
        other = one._replace(log=tmp_path / "other")
        async with started(one, other, "a proxy") as server:
            return server.processes()

    monkeypatch.setattr(ProcessTree, "stop", noted)
    processes = asyncio.run(run())
    assert order == ["a proxy", "the server behind a proxy"]
    assert len(processes) == 2
    assert not any(map(psutil.pid_exists, processes))


HARNESS = """
import asyncio, sys
from pathlib import Path
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.plan import catalog
from harness.plan.plan import front
from harness.plan.lookup import find_proxy
from tests.live.commands import odd, planned
nginx = front(find_proxy(catalog.load(), "nginx"), "proxy_pass")
cell = planned(*odd("parent"), declared=None, front=nginx, also_offered=(200,) * 50)
asyncio.run(measure_cell(Bench(Path(sys.executable), 64, Path(sys.argv[1])), cell))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_harness_is_ended(
    tmp_path: Path, nginx: PlannedFront, number: signal.Signals
) -> None:
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    tree: list[psutil.Process] = []
    while not {"nginx", "python"} <= {_name(process) for process in tree}:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = harness.wait(0.05)
            pytest.fail(f"the harness ended before nginx was up: {status}")
        tree = psutil.Process(harness.pid).children(recursive=True)
    harness.send_signal(number)
    harness.wait(60)
    _, alive = psutil.wait_procs(tree, timeout=60)
    assert not alive


def _name(process: psutil.Process) -> str:
    try:
        name, words = process.name(), process.cmdline()
    except psutil.Error:
        return ""
    if any("odd_server.py" in word for word in words) and "-S" not in words:
        return "python"
    return "nginx" if name == "nginx" else ""
