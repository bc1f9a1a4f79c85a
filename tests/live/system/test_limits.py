"""Limits on a running process take effect, and its resources are counted."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.records.breaks import Scarce
from harness.system.footprint import NotCounted
from harness.system.footprint import taken_by
from harness.system.limits import limit
from harness.system.limits import NotLimited

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="NOT TESTED: Linux has these limits and counts"
)

MIB = 1024 * 1024

SCRIPT = """
import os, threading
kept = []
def take(what):
    if what == "files":
        kept.append(os.open(os.devnull, os.O_RDONLY))
    elif what == "memory":
        kept.append(b"1" * (16 * 1024 * 1024))
    elif what == "thread":
        kept.append(threading.Thread(target=threading.Event().wait, daemon=True))
        kept[-1].start()
print("ready", flush=True)
for line in iter(input, "end"):
    what, count = line.split()
    taken = 0
    try:
        for _ in range(int(count)):
            take(what)
            taken += 1
    except (OSError, MemoryError, RuntimeError):
        pass
    print(taken, flush=True)
"""


class Taker:
    """A process that takes resources on request."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.pid = process.pid
        self._process = process

    def take(self, what: str, count: int) -> int:
        """Return how much of a resource it got."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{what} {count}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture
def taker() -> Iterator[Taker]:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Taker(process)
        process.communicate("end\n", timeout=60)


def test_a_limit_on_open_files_takes_effect(taker: Taker) -> None:
    limit([taker.pid], Scarce.FILES, 10)
    assert taker.take("files", 50) == 10
    assert taken_by([taker.pid]).files == 3 + 10


def test_a_limit_on_memory_takes_effect(taker: Taker) -> None:
    limit([taker.pid], Scarce.MEMORY, 100 * MIB)
    assert taker.take("memory", 20) == 6


def test_a_limit_on_threads_takes_effect(taker: Taker) -> None:
    if os.getuid() == 0:
        with pytest.raises(NotLimited, match="root is not held to"):
            limit([taker.pid], Scarce.THREADS, 5)
        return
    limit([taker.pid], Scarce.THREADS, 5)
    assert taker.take("thread", 500) < 500


def test_taken_resources_are_counted(taker: Taker) -> None:
    before = taken_by([taker.pid])
    assert taker.take("memory", 4) == 4
    assert taker.take("thread", 3) == 3
    after = taken_by([taker.pid])
    assert 63 * MIB < after.pss - before.pss < 70 * MIB
    assert 63 * MIB < after.uss - before.uss < 70 * MIB
    assert (before.processes, after.threads - before.threads) == (1, 3)


def test_without_processes_nothing_is_counted() -> None:
    with pytest.raises(NotCounted):
        taken_by([])
    limit([2**22 + 1], Scarce.FILES, 5)  # no such process, and no error
