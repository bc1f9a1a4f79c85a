"""Styles of known servers whose capacity grows, shrinks or pauses, as in real servers.

Each docstring names the server that behaves this way. ``known_server.py`` runs them
like its own styles.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import mmap
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import control  # type: ignore[import-not-found,unused-ignore]

if TYPE_CHECKING:
    from tests.live.sly_styles import a_pause
    from tests.live.sly_styles import beside
    from tests.live.sly_styles import fork
    from tests.live.sly_styles import Listener
    from tests.live.sly_styles import of_all
    from tests.live.sly_styles import Parameters
    from tests.live.sly_styles import pause
    from tests.live.sly_styles import sly
    from tests.live.sly_styles import start
    from tests.live.sly_styles import take_turns
    from tests.live.sly_styles import then_release
else:  # started by its path
    from sly_styles import a_pause
    from sly_styles import beside
    from sly_styles import fork
    from sly_styles import Listener
    from sly_styles import of_all
    from sly_styles import Parameters
    from sly_styles import pause
    from sly_styles import sly
    from sly_styles import start
    from sly_styles import take_turns
    from sly_styles import then_release


def of_processes(n: Parameters) -> int:
    return int(n["processes"])


# ----------------------------------------------------------------------- it comes late


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        **a_pause(rng, 0.3, 1.0, 2.5, 5.0),
    },
    of_processes,
)
def staggered(listener: Listener, server: Any, n: Parameters) -> None:
    """A master forks its workers one after another, with pauses in between."""
    for number in range(n["processes"]):
        if number:
            pause(n)
        if os.fork() == 0:
            control.work(listener, server, 1, False)
    threading.Event().wait()


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "seconds": rng.choice((0.5, 2.0))},
    of_processes,
)
def boots_waiting(listener: Listener, server: Any, n: Parameters) -> None:
    """Workers wait at first for another program, as if for a database migration."""
    if number := fork(n["processes"]):
        program = f"import time; time.sleep({number * n['seconds']})"
        subprocess.run([sys.executable, "-S", "-c", program], check=True)
    control.work(listener, server, 1, False)


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "seconds": rng.choice((0.3, 1.0))},
    of_processes,
)
def boots_computing(listener: Listener, server: Any, n: Parameters) -> None:
    """Workers import for a while before they take requests, one longer each."""
    end = time.thread_time() + fork(n["processes"]) * n["seconds"]
    while time.thread_time() < end:
        sum(range(1000))
    control.work(listener, server, 1, False)


# ----------------------------------------------------------------------- it comes, goes


@sly(
    lambda rng: {
        "processes": rng.randint(2, 4),
        "every": rng.choice((0.1, 0.5)),
        "idle": rng.randint(1, 3),
    },
    of_processes,
)
def scales(listener: Listener, server: Any, n: Parameters) -> None:
    """uWSGI's cheaper mode: one more while all are busy, one less while one is idle."""
    listener.setblocking(False)
    board = mmap.mmap(-1, n["processes"])
    pipes: dict[int, int] = {}

    def child(number: int, read: int) -> None:
        waits: list[Any] = [listener, read]
        while read not in select.select(waits, [], [])[0]:
            with contextlib.suppress(BlockingIOError):
                connection, address = listener.accept()
                connection.setblocking(True)
                board[number] = 1
                control.serve(connection, address, server)
                board[number] = 0
        os._exit(0)

    def more() -> None:
        number = len(pipes)
        read, write = os.pipe()
        if os.fork() == 0:
            for other in (*pipes.values(), write):
                os.close(other)
            child(number, read)
        os.close(read)
        pipes[number] = write

    quiet = 0
    more()
    while True:
        time.sleep(n["every"])
        busy = sum(board[: len(pipes)])
        quiet = quiet + 1 if busy < len(pipes) else 0
        if busy == len(pipes) < n["processes"]:
            more()
        elif quiet >= n["idle"] and len(pipes) > 1 and not board[len(pipes) - 1]:
            os.close(pipes.pop(len(pipes) - 1))
            os.wait()
            quiet = 0


@sly(
    lambda rng: {"threads": rng.randint(1, 3), "idle": rng.choice((0.2, 0.6, 2.0))},
)
def activated(listener: Listener, server: Any, n: Parameters) -> None:
    """systemd: waits for a connection, starts a server, which ends when idle."""
    listener.setblocking(False)
    while True:
        select.select([listener], [], [])
        if os.fork() == 0:
            _serve_until_idle(listener, server, n)
        os.wait()


def _serve_until_idle(listener: Listener, server: Any, n: Parameters) -> None:
    busy, changed = [0], threading.Condition()

    def serve() -> None:
        select.select([listener], [], [])
        with changed:
            try:
                connection, address = listener.accept()
            except BlockingIOError:
                return
            busy[0] += 1
            changed.notify()
        connection.setblocking(True)
        control.serve(connection, address, server)
        with changed:
            busy[0] -= 1
            changed.notify()

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    with changed:
        while changed.wait(n["idle"]) or busy[0]:
            pass
        os._exit(0)


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 2),
        "seconds": rng.choice((0.6, 1.5, 4.0)),
    },
    of_all,
)
def heartbeat(listener: Listener, server: Any, n: Parameters) -> None:
    """gunicorn: a master kills a worker that was silent, and forks another one."""
    board = mmap.mmap(-1, 8 * n["processes"])
    beats = memoryview(board).cast("d")
    workers: dict[int, int] = {}

    def worker(number: int) -> None:
        def beat() -> None:
            while True:
                beats[number] = time.monotonic()
                time.sleep(n["seconds"] / 6)

        start(beat)
        control.work(listener, server, n["threads"], False)

    while True:
        for number in range(n["processes"]):
            if number not in workers:
                beats[number] = time.monotonic()
                workers[number] = os.fork()
                if not workers[number]:
                    worker(number)
        time.sleep(0.1)
        for number, process in list(workers.items()):
            if time.monotonic() - beats[number] > n["seconds"]:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                del workers[number]


# ----------------------------------------------------------------------------- it rests


@sly(
    lambda rng: {
        "processes": rng.randint(1, 2),
        "threads": rng.randint(1, 3),
        **a_pause(rng, 0.02, 0.3, 1.0),
    },
    of_all,
)
def rests_after(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads pause after each request, like those that write to a remote log."""
    fork(n["processes"])

    def serve() -> None:
        control.serve(*listener.accept(), server)
        pause(n)

    take_turns(serve, n["threads"])


@sly(
    lambda rng: {
        "processes": rng.randint(1, 2),
        "threads": rng.randint(1, 3),
        **a_pause(rng, 0.05, 0.5),
    },
    of_all,
)
def naps_when_full(listener: Listener, server: Any, n: Parameters) -> None:
    """A loop pauses while all threads are busy, and then looks again."""
    fork(n["processes"])
    places = threading.Semaphore(n["threads"])
    pool = ThreadPoolExecutor(n["threads"])

    serve = then_release(places, server)
    while True:
        while not places.acquire(blocking=False):
            pause(n)
        pool.submit(serve, *listener.accept())


@sly(
    lambda rng: {"threads": rng.randint(1, 4), **a_pause(rng, 0.3, 1.0)},
)
def gate(listener: Listener, server: Any, n: Parameters) -> None:
    """All waiting requests are let in together, and then nobody for a while."""
    pool = ThreadPoolExecutor(n["threads"])
    listener.setblocking(False)
    while True:
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, address = listener.accept()
                connection.setblocking(True)
                pool.submit(control.serve, connection, address, server)
        pause(n)


@sly(
    lambda rng: {"threads": rng.randint(1, 4), "seconds": rng.choice((0.01, 0.1, 0.6))},
)
def holds_interpreter(listener: Listener, server: Any, n: Parameters) -> None:
    """Each request sleeps in C before the app, and blocks all other threads."""
    sleep = ctypes.PyDLL(None).usleep
    beside(server, lambda: sleep(int(n["seconds"] * 1e6)))
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {
        "processes": rng.randint(1, 2),
        "threads": rng.randint(1, 3),
        "seconds": rng.choice((0.004, 0.02, 0.2)),
    },
    of_all,
)
def interrupted(listener: Listener, server: Any, n: Parameters) -> None:
    """nginx's timer_resolution: a signal now and then, whatever it waits for."""
    fork(n["processes"])
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, n["seconds"], n["seconds"])
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 2)},
    of_all,
)
def hardly_runs(listener: Listener, server: Any, n: Parameters) -> None:
    """All workers but the first run only if nobody else needs the processor."""
    if fork(n["processes"]):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {"processes": rng.randint(1, 2), "threads": rng.randint(1, 3)},
    of_all,
)
def spins_when_full(listener: Listener, server: Any, n: Parameters) -> None:
    """A loop polls a connection again and again that it has no thread for."""
    listener.setblocking(False)
    fork(n["processes"])
    places = threading.Semaphore(n["threads"])
    pool = ThreadPoolExecutor(n["threads"])

    serve = then_release(places, server)
    while True:
        select.select([listener], [], [])
        if not places.acquire(blocking=False):
            continue
        try:
            connection, address = listener.accept()
        except BlockingIOError:
            places.release()
            continue
        connection.setblocking(True)
        pool.submit(serve, connection, address)


@sly(
    lambda rng: {"processes": rng.randint(2, 3)},
    lambda n: int(n["processes"]),
    lambda n, offered: min(offered, 1),
)
def blocking_loop(listener: Listener, server: Any, n: Parameters) -> None:
    """tornado: an event loop accepts all it can, and the app blocks that loop."""
    listener.setblocking(False)
    fork(n["processes"])

    async def serve(connection: socket.socket, address: object) -> None:
        connection.setblocking(True)
        control.serve(connection, address, server)

    tasks = set()

    def accept() -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(128):
                tasks.add(task := loop.create_task(serve(*listener.accept())))
                task.add_done_callback(tasks.discard)

    loop = asyncio.new_event_loop()
    loop.add_reader(listener, accept)
    loop.run_forever()


@sly(
    lambda rng: {"processes": rng.randint(1, 4)},
    of_processes,
)
def executed(listener: Listener, server: Any, n: Parameters) -> None:
    """inetd: a program is executed for each connection, at most so many at once."""
    places, ended = n["processes"], queue.SimpleQueue[None]()
    program = [sys.executable, str(Path(__file__).with_name("one_request.py"))]

    def reap(child: subprocess.Popen[bytes]) -> None:
        child.wait()
        ended.put(None)

    while True:
        while not places:
            ended.get()
            places += 1
        connection, _ = listener.accept()
        file = connection.fileno()
        child = subprocess.Popen([*program, str(file)], pass_fds=[file])
        connection.close()
        places -= 1
        start(reap, child)
