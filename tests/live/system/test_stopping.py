"""Stopped processes are resumed, whatever happens to the process that stopped them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from harness.system.process import running
from harness.system.spawn import Command
from harness.system.stopping import CannotStop
from harness.system.stopping import is_stopped
from harness.system.stopping import may_stop
from harness.system.stopping import stopping

ROOT = Path(__file__).parents[3]
SLEEPS = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]

THREADS = """
import threading, time
for _ in range(3):
    threading.Thread(target=time.sleep, args=(60,)).start()
print("started", flush=True)
"""

HARNESS = """
import asyncio, os, signal, sys, time
from pathlib import Path
from harness.system import stopping
from harness.system.spawn import Command
from harness.system.process import running

async def main(log):
    sleeps = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
    async with running(Command(sleeps, os.environ, log.parent, log)) as tree:
        async with stopping.stopping(tree) as stopped:
            await stopped.stop(tree.processes())
            print(*tree.processes(), flush=True)
            time.sleep(60)

stopping.FORGOTTEN_SECONDS = float(sys.argv[2])
asyncio.run(main(Path(sys.argv[1], "log")))
"""


def test_all_threads_stop_and_go_on(tmp_path: Path) -> None:
    async def stop() -> tuple[bool, bool, dict[int, float]]:
        command = [sys.executable, "-I", "-S", "-c", THREADS]
        log = tmp_path / "log"
        async with running(Command(command, os.environ, tmp_path, log)) as tree:
            while "started" not in log.read_text():
                await asyncio.sleep(0.01)
            (process,) = tree.processes()
            async with stopping(tree) as stopped:
                await stopped.stop([process])
                within = is_stopped(process)
            return within, is_stopped(process), stopped.longest

    within, after, seconds = asyncio.run(stop())
    assert (within, after) == (True, False)
    assert all(0 < second < 5 for second in seconds.values()) and len(seconds) == 1


def test_an_error_resumes_them(tmp_path: Path) -> None:
    async def stop() -> bool:
        log = tmp_path / "log"
        async with running(Command(SLEEPS, os.environ, tmp_path, log)) as tree:
            with pytest.raises(ZeroDivisionError):
                async with stopping(tree) as stopped:
                    await stopped.stop(tree.processes())
                    raise ZeroDivisionError
            return any(map(is_stopped, tree.processes()))

    assert asyncio.run(stop()) is False


def test_the_warden_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    async def stop() -> bool:
        log = tmp_path / "log"
        async with running(Command(SLEEPS, os.environ, tmp_path, log)) as tree:
            async with stopping(tree) as stopped:
                await asyncio.sleep(1.0)  # the process slept meanwhile
                await stopped.stop(tree.processes())
                tree.go_on_after(0.9)
                await asyncio.sleep(0.5)
                return all(map(is_stopped, tree.processes()))

    assert asyncio.run(stop()) is True


def test_an_ended_process_cannot_be_stopped(tmp_path: Path) -> None:
    async def stop(process: int) -> None:
        log = tmp_path / "log"
        async with running(Command(SLEEPS, os.environ, tmp_path, log)) as tree:
            async with stopping(tree) as stopped:
                await stopped.stop([process])

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not may_stop(gone.pid)
    with pytest.raises(CannotStop, match="has ended meanwhile"):
        asyncio.run(stop(gone.pid))


@pytest.mark.parametrize(
    ("number", "seconds", "expected"),
    [
        (signal.SIGKILL, 60.0, lambda p: not p.is_running()),
        (signal.SIGSTOP, 0.5, lambda p: p.status() == psutil.STATUS_SLEEPING),
    ],
    ids=["killed", "stopped"],
)
def test_the_warden_resumes_them_if_the_harness_cannot(
    tmp_path: Path,
    number: signal.Signals,
    seconds: float,
    expected: Callable[[psutil.Process], bool],
) -> None:
    command = [sys.executable, "-c", HARNESS, str(tmp_path), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        stopped = psutil.Process(int(harness.stdout.readline()))
        # The warden ends a moment after the processes that it killed.
        started = psutil.Process(harness.pid).children(recursive=True)
        try:
            harness.send_signal(number)
            deadline = time.monotonic() + 20
            while not expected(stopped):
                assert time.monotonic() < deadline
                time.sleep(0.01)
        finally:
            harness.kill()
    assert stopped in started
    assert psutil.wait_procs(started, timeout=20)[1] == []
