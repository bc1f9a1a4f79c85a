"""What the live tests share: a bench whose environment is that of the tests."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.measure.cell import Bench
from harness.records.evidence import CellEvidence
from harness.records.plan import Declaration
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedFront
from harness.system.machine import allow_open_files

ODD_SERVER = Path(__file__).parent / "odd_server.py"

Measure = Callable[..., CellEvidence]


def planned(
    *argv: str,
    declared: int | None,
    also_offered: tuple[int, ...] = (),
    front: PlannedFront | None = None,
) -> PlannedCell:
    """A cell that is in no catalog."""
    return PlannedCell(
        id="flask-0/control-0/shape/py0",
        configuration="shape",
        argv=argv,
        front=front,
        declaration=Declaration(declared=declared, because="It is known.", source=""),
        also_offered=also_offered,
    )


def control(processes: int, threads: int, *more: str) -> tuple[str, ...]:
    """The command of the control with a given shape."""
    return (
        *("{python}", "{target}/control.py", "--host", "{host}", "--port", "{port}"),
        *("--processes", str(processes), "--threads", str(threads), *more),
    )


def odd(way: str) -> tuple[str, ...]:
    """The command of the server that goes wrong in one way."""
    return ("{python}", str(ODD_SERVER), "{host}", "{port}", way)


def left_over(folder: Path) -> list[psutil.Process]:
    """Every process that works in a folder, or was told about it."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
        except (psutil.Error, OSError):
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in words):
            found.append(process)
    return found


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test started is gone when it ends.

    Every server's folder of work is made below the test's own, which tells them from
    whatever else runs on the machine.
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
        return asyncio.run(bench.cell(cell))

    return one
