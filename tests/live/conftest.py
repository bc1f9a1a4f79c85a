"""Fixtures of live tests: measuring, nginx, web servers. No process may be left."""

import asyncio
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.plan import catalog
from harness.plan.lookup import find_proxy
from harness.plan.plan import front
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedFront
from harness.system.machine import allow_open_files
from harness.system.warden import descendants
from tests.http_server import WebServer
from tests.live.commands import planned

Measure = Callable[..., CellEvidence]


def left_over(folder: Path) -> list[psutil.Process]:
    """Return every process that works in a folder, or has it in its command.

    An ended process whose parent was killed does not count: the machine reaps it.
    """
    found = []
    for number in psutil.pids():
        try:
            if number == os.getpid() or not is_about(number, folder):
                continue
            process = psutil.Process(number)
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def is_about(number: int, folder: Path) -> bool:
    """Return whether a process works in a folder, or has it in its command.

    This asks every process of the machine after every test, for which psutil takes
    twice as long. Raises ``OSError`` or ``psutil.Error`` if the process has ended.
    """
    if sys.platform != "linux":
        process = psutil.Process(number)
        return any(str(folder) in word for word in (process.cwd(), *process.cmdline()))
    if str(folder) in os.readlink(f"/proc/{number}/cwd"):
        return True
    with open(f"/proc/{number}/cmdline", "rb") as file:
        return os.fsencode(folder) in file.read()


def processes_below() -> set[int]:
    """Return all descendants of this process."""
    if sys.platform != "linux":
        return {each.pid for each in psutil.Process().children(recursive=True)}
    return set(descendants(os.getpid()))


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Assert that no process that a test started is left.

    Every server works in a folder below the test's own, which tells its processes from
    all others on the machine.
    """
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert not left_over(tmp_path)


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Measure one command."""
    allow_open_files()

    def one(
        argv: tuple[str, ...],
        declared: int | None,
        limit: int = 64,
        also_offered: tuple[int, ...] = (),
        front: PlannedFront | None = None,
    ) -> CellEvidence:
        bench = Bench(Path(sys.executable), limit, tmp_path)
        cell = planned(*argv, declared=declared, also_offered=also_offered, front=front)
        return asyncio.run(measure_cell(bench, cell))

    return one


@pytest.fixture
def nginx() -> PlannedFront:
    """The nginx of the catalog. Without one, tests are skipped, but fail in CI."""
    if shutil.which("nginx") is None:
        missing = "nginx is not on PATH; Debian and Ubuntu have it in nginx-light"
        if os.environ.get("CI") or os.environ.get("REQUIRE_NGINX"):
            pytest.fail(missing)
        pytest.skip(missing)
    return front(find_proxy(catalog.load(), "nginx"), "proxy_pass")


@pytest.fixture
def new_server() -> Iterator[Any]:
    """Start web servers, and end them after the test."""
    started: list[WebServer] = []

    def new() -> WebServer:
        server = WebServer()
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        started.append(server)
        return server

    yield new
    for server in started:
        server.shutdown()
        server.server_close()
