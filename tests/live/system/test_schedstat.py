"""The kernel's counters are read for every thread, and for no ended one."""

import os
import sys
import threading
import time

import pytest

from harness.system import schedstat

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts")


def own() -> dict[int, tuple[int, int]]:
    """Return how long each thread of this process ran and waited, in nanoseconds."""
    counted = schedstat.thread_times([os.getpid()])
    return {thread: (ran, waited) for _, thread, ran, waited in counted}


def test_a_thread_that_computes_is_noticed() -> None:
    before = own()[threading.get_native_id()]
    until = time.thread_time_ns() + 20_000_000
    while time.thread_time_ns() < until:
        pass
    ran, waited = own()[threading.get_native_id()]
    assert ran - before[0] >= 20_000_000 and waited >= before[1]


def test_a_thread_that_sleeps_is_seen_and_one_that_has_ended_is_not() -> None:
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    sleeper = thread.native_id
    assert sleeper is not None
    try:
        deadline = time.monotonic() + 5
        while schedstat.thread_state(os.getpid(), sleeper) != b"S":
            assert time.monotonic() < deadline
        assert sleeper in own()
    finally:
        leave.set()
        thread.join()
    while schedstat.thread_state(
        os.getpid(), sleeper
    ):  # the thread ends a moment after join
        assert time.monotonic() < deadline
    assert sleeper not in own()


def test_a_missing_process_has_no_threads() -> None:
    assert list(schedstat.thread_times([2**22 + 1])) == []
