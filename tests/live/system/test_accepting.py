"""Processes that wait for connections are told apart from others."""

import contextlib
import platform
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.system.accepting import sockets_waited_for
from harness.system.schedstat import thread_state
from harness.system.sockets import listening
from harness.system.sockets import sockets_of
from tests.live.waiting import wait_until

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64") or sys.platform != "linux",
    reason="the numbers of system calls are those of Linux on these machines",
)

LISTEN = """
import os, socket, threading, time
from select import epoll, poll, select
other, _ = os.pipe()
listener = socket.create_server(("127.0.0.1", 0))
print(flush=True)
"""

WAITS = {
    "accept": "listener.accept()",
    "select": "select([other, listener], [], [])",
    "select for a second": "while 1: select([listener], [], [], 1)",
    "poll": "p = poll(); p.register(other, 1); p.register(listener, 1); p.poll()",
    "epoll": "p = epoll(); p.register(listener, 1); p.poll()",
    "a thread": "threading.Thread(target=listener.accept).start(); os.read(other, 1)",
}
DOES_NOT = {
    "sleep": "time.sleep(600)",
    "select": "select([other], [], [])",
    "poll": "p = poll(); p.register(other, 1); p.poll()",
    "epoll": "p = epoll(); p.register(other, 1); p.poll()",
    "another listener": 'socket.create_server(("127.0.0.1", 0)).accept()',
    "lock": "threading.Event().wait()",
}


@contextlib.contextmanager
def running(last: str) -> Iterator[int]:
    """Start a process that listens and then does something; return once it sleeps."""
    command = [sys.executable, "-c", LISTEN + last]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            pid = process.pid
            wait_until(lambda: thread_state(pid, pid) == b"S")
            yield pid
        finally:
            process.kill()


def first_listener(process: int) -> str:
    """Return the first listening socket of a process."""
    return min(sockets_of(process) & listening().keys(), key=int)


@pytest.mark.parametrize("last", WAITS.values(), ids=WAITS)
def test_a_process_that_waits_for_connections_is_recognized(last: str) -> None:
    with running(last) as process:
        mine = {first_listener(process)}
        wait_until(lambda: sockets_waited_for(process, mine) == mine)


@pytest.mark.parametrize("last", DOES_NOT.values(), ids=DOES_NOT)
def test_a_process_that_waits_for_something_else_is_not_accepting(last: str) -> None:
    with running(last) as process:
        assert not sockets_waited_for(process, {first_listener(process)})


def test_an_ended_process_is_not_accepting() -> None:
    with running("listener.accept()") as process:
        mine = {first_listener(process)}
    assert not sockets_waited_for(process, mine)
