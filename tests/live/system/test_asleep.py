"""How long real threads sleep at most."""

import contextlib
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.system.asleep import for_a_time
from harness.system.asleep import Sleep
from harness.system.asleep import wake_within
from harness.system.schedstat import thread_state
from harness.system.system_calls import system_call
from tests.live.waiting import wait_until

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64") or sys.platform != "linux",
    reason="the numbers of system calls are those of Linux on these machines",
)

SLEEPS = """
import ctypes, os, queue, select, signal, socket, struct, threading, time
other, _ = os.pipe()
poll, epoll = select.poll(), select.epoll()
poll.register(other, 1)
epoll.register(other, 1)
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(100)
libc = ctypes.CDLL(None)
timer, off = (libc.timerfd_create(1, 0) for _ in range(2))
libc.timerfd_settime(timer, 0, struct.pack("llll", 0, 0, 100, 0), None)
timers = select.epoll()
timers.register(timer, 1)
timers.register(off, 1)
timers.register(other, 1)
print(flush=True)
"""

FOR_A_TIME = {
    "sleep": "time.sleep(100)",
    "event": "threading.Event().wait(100)",
    "queue": "queue.SimpleQueue().get(timeout=100)",
    "select": "select.select([other], [], [], 100)",
    "select nothing": "select.select([], [], [], 100)",
    "poll": "poll.poll(100_000)",
    "epoll": "epoll.poll(100)",
    "accept": "listener.accept()",
    "signals": "signal.sigtimedwait([signal.SIGUSR2], 100)",
    "read of a timer": "os.read(timer, 8)",
    "epoll of a timer": "timers.poll()",
    "select of a timer": "select.select([timer, other], [], [])",
}
FOR_EVER = {
    "event": "threading.Event().wait()",
    "select": "select.select([other], [], [])",
    "poll": "poll.poll()",
    "epoll": "epoll.poll()",
    "read": "os.read(other, 1)",
    "signals": "signal.sigwait([signal.SIGUSR2])",
    "read of a timer": "os.read(off, 8)",
    "select of a timer": "select.select([off, other], [], [])",
}


@contextlib.contextmanager
def begun(last: str) -> Iterator[int]:
    """Start a process that is about to run a statement, and return its id."""
    command = [sys.executable, "-c", SLEEPS + last]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.pid
        finally:
            process.kill()


def sleeps_of(last: str, *, sleeping: bool, stopped: bool = False) -> dict[int, Sleep]:
    """Return the threads in a timed sleep, of a process that runs a statement last.

    ``stopped`` is whether the process is stopped and resumed in between.
    """
    with begun(last) as process:
        if sleeping:
            wait_until(lambda: bool(for_a_time(process)))
        if stopped:
            os.kill(process, signal.SIGSTOP)
            wait_until(lambda: thread_state(process, process) == b"T")
            os.kill(process, signal.SIGCONT)
            wait_until(lambda: thread_state(process, process) == b"S")
        return for_a_time(process)


def wakes(last: str, seconds: float) -> bool:
    """Return whether a process that runs this last may wake by itself in time."""
    with begun(last) as process:
        thread = process, process
        wait_until(lambda: system_call(*thread).name not in ("", "write"))
        return wake_within(seconds, [thread])


@pytest.mark.parametrize("last", FOR_A_TIME.values(), ids=FOR_A_TIME)
def test_a_thread_with_a_time_limit_wakes_by_itself_in_time(last: str) -> None:
    assert wakes(last, 101)
    assert not wakes(last, 1)


@pytest.mark.parametrize("last", FOR_EVER.values(), ids=FOR_EVER)
def test_a_thread_without_a_time_limit_does_not_wake_by_itself(last: str) -> None:
    assert not wakes(last, 1_000_000)


def test_a_thread_that_cannot_be_seen_may_wake_at_any_time() -> None:
    assert wake_within(0.001, [(0, 0)])


@pytest.mark.parametrize("last", FOR_A_TIME.values(), ids=FOR_A_TIME)
def test_the_remaining_time_is_known(last: str) -> None:
    (sleep,) = sleeps_of(last, sleeping=True).values()
    assert sleep.seconds is not None
    assert 0 < sleep.seconds <= 100


@pytest.mark.parametrize("last", FOR_A_TIME.values(), ids=FOR_A_TIME)
def test_stopping_the_process_changes_nothing(last: str) -> None:
    """The kernel restarts some of the calls, with another number."""
    (before,) = sleeps_of(last, sleeping=True).values()
    (after,) = sleeps_of(last, sleeping=True, stopped=True).values()
    assert after.seconds is not None and before.seconds is not None
    assert after._replace(seconds=None) == before._replace(seconds=None)


@pytest.mark.parametrize("last", FOR_EVER.values(), ids=FOR_EVER)
def test_a_thread_without_a_timeout_is_not_in_a_timed_sleep(last: str) -> None:
    assert not sleeps_of(last, sleeping=False)


@pytest.mark.parametrize(
    ("last", "on_clock"),
    [
        ("os.read(timer, 8)", True),
        ("select.select([timer, off], [], [])", True),
        ("select.select([timer, other], [], [])", False),
        ("timers.poll()", False),
        ("select.select([other], [], [], 100)", False),
    ],
)
def test_a_thread_that_waits_only_for_timers_sleeps_on_a_clock(
    last: str, on_clock: bool
) -> None:
    (sleep,) = sleeps_of(last, sleeping=True).values()
    assert (sleep.on_clock, sleep.for_message) == (on_clock, not on_clock)


def test_a_sleeping_thread_has_less_time_left() -> None:
    """If the call names a point in time, not a duration."""
    code = SLEEPS + "time.sleep(100)"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            wait_until(lambda: bool(for_a_time(process.pid)))
            first = for_a_time(process.pid)[process.pid].seconds
            assert first is not None
            wait_until(
                lambda: (for_a_time(process.pid)[process.pid].seconds or 100) < first
            )
        finally:
            process.kill()
