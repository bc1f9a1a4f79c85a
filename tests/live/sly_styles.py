"""Styles of known servers that look like something else: full, complete or quiet.

Each is a function with the numbers that it takes, the most requests that it has in the
app at once, and the fewest of so many offered, whichever worker comes first.
``known_server.py`` runs them like its own styles.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import mmap
import multiprocessing
import os
import queue
import random
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[2] / "harness" / "target"))

import control  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

Listener = socket.socket
Parameters = Mapping[str, Any]
Run = Callable[[Listener, Any, Parameters], None]


class Style(NamedTuple):
    """A way to serve, the numbers that it takes, and what is true of it."""

    run: Run
    numbers: Callable[[random.Random], Parameters]
    most: Callable[[Parameters], int]
    least: Callable[[Parameters, int], int]
    """The fewest of so many offered, whichever comes first; at most ``most``."""
    late: Callable[[Parameters], bool]
    """Whether some capacity appears after the probe has stopped waiting for it."""


SLY: dict[str, Style] = {}


LATE_SECONDS = 1.2

LONGEST_BOOT = 60
"""Workers that take longer to boot do not count."""


def of_threads(n: Parameters) -> int:
    return int(n["threads"])


def of_all(n: Parameters) -> int:
    return int(n["processes"] * n["threads"])


def of_each(n: Parameters) -> int:
    return sum(n["each"])


def the_most(n: Parameters, offered: int) -> int:
    """Return the offered number: nothing is left to chance."""
    return offered


def sly(
    numbers: Callable[[random.Random], Parameters],
    most: Callable[[Parameters], int] = of_threads,
    least: Callable[[Parameters, int], int] = the_most,
    late: Callable[[Parameters], bool] = lambda n: n.get("seconds", 0) > LATE_SECONDS,
) -> Callable[[Run], Run]:
    """Register a style."""

    def add(run: Run) -> Run:
        SLY[run.__name__] = Style(run, numbers, most, least, late)
        return run

    return add


def start(target: Callable[..., object], *args: object) -> None:
    """Run a function in a thread."""
    threading.Thread(target=target, args=args, daemon=True).start()


def fork(processes: int) -> int:
    """Fork so many processes that do the same, and return the number of this one.

    The parent of the others is the first.
    """
    for number in range(1, processes):
        if os.fork() == 0:
            return number
    return 0


def take_turns(serve: Callable[[], None], threads: int) -> None:
    """Call a function again and again in so many threads."""

    def run() -> None:
        while True:
            serve()

    for _ in range(threads - 1):
        start(run)
    run()


def with_places(server: Any, places: Any, seconds: float) -> None:
    """Turn away each request that gets no slot of a semaphore in so many seconds."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if not places.acquire(timeout=seconds):
            start_response("503 Full", [("Content-Length", "0")])
            return [b""]
        try:
            return app(environ, start_response)
        finally:
            places.release()

    server.application = called


def beside(server: Any, before: Callable[[], object]) -> None:
    """Do something before each request enters the app."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        before()
        return app(environ, start_response)

    server.application = called


def with_port_reused(place: tuple[str, int]) -> Listener:
    """Return one of several listening sockets at one address.

    The original socket must be closed first, since it does not share the address.
    """
    again = socket.socket()
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    again.bind(place)
    again.listen(1024)
    return again


# ---------------------------------------------------------------------------- pauses


def _event(seconds: float) -> None:
    threading.Event().wait(seconds)


def _select(seconds: float) -> None:
    ours, theirs = socket.socketpair()
    select.select([ours], [], [], seconds)
    ours.close()
    theirs.close()


def _poll(seconds: float) -> None:
    select.poll().poll(seconds * 1000)


def _epoll(seconds: float) -> None:
    with select.epoll() as epoll:
        epoll.poll(seconds)


def _queue(seconds: float) -> None:
    with contextlib.suppress(queue.Empty):
        queue.SimpleQueue[None]().get(timeout=seconds)


def _child(seconds: float) -> None:
    """Wait for another process that sleeps, as for a database."""
    read, write = os.pipe()
    if os.fork() == 0:
        time.sleep(seconds)
        os._exit(0)
    os.close(write)
    os.read(read, 1)
    os.close(read)
    os.wait()


def _signals(seconds: float) -> None:
    signal.sigtimedwait([signal.SIGUSR2], seconds)


def _timer(seconds: float) -> int:
    """Return a file that can be read after so long (``man 2 timerfd_create``)."""
    libc = ctypes.CDLL(None)
    file = int(libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_CLOEXEC))
    first = int(seconds), int(seconds % 1 * 1e9)
    libc.timerfd_settime(file, 0, struct.pack("llll", 0, 0, *first), None)
    return file


def _reads_timer(seconds: float) -> None:
    file = _timer(seconds)
    os.read(file, 8)
    os.close(file)


def _epolls_timer(seconds: float) -> None:
    file = _timer(seconds)
    with select.epoll() as epoll:
        epoll.register(file, select.EPOLLIN)
        epoll.poll()
    os.close(file)


def _selects_timer(seconds: float) -> None:
    file = _timer(seconds)
    select.select([file], [], [])
    os.close(file)


PAUSES: dict[str, Callable[[float], None]] = {
    "sleep": time.sleep,
    "event": _event,
    "select": _select,
    "poll": _poll,
    "epoll": _epoll,
    "queue": _queue,
    "signals": _signals,
    "reads_timer": _reads_timer,
    "epolls_timer": _epolls_timer,
    "selects_timer": _selects_timer,
}
"""Ways to pause."""


def a_pause(rng: random.Random, *seconds: float) -> dict[str, Any]:
    """Return a way to pause, and for how long."""
    return {"pause": rng.choice(list(PAUSES)), "seconds": rng.choice(seconds)}


def pause(n: Parameters) -> None:
    PAUSES[n["pause"]](n["seconds"])


def accept_all(listener: Listener, server: Any, threads: int) -> NoReturn:
    """Accept every connection, and serve as many at once as there are threads."""
    pool = ThreadPoolExecutor(threads)
    while True:
        connection, address = listener.accept()
        pool.submit(control.serve, connection, address, server)


def then_release(slots: Any, server: Any) -> Callable[..., None]:
    """Return a function that serves an accepted connection, and then frees a slot."""

    def serve(*accepted: Any) -> None:
        try:
            control.serve(*accepted, server)
        finally:
            slots.release()

    return serve


# ---------------------------------------------------------------------------- locks


def _by_semaphore() -> Callable[[], Any]:
    lock = multiprocessing.Semaphore(1)
    return lambda: lock


def _by_timed_semaphore() -> Callable[[], Any]:
    lock = multiprocessing.Semaphore(1)

    @contextlib.contextmanager
    def locked() -> Any:
        while not lock.acquire(timeout=0.05):
            pass
        try:
            yield
        finally:
            lock.release()

    return locked


def _by_file(how: Callable[[int, int], object]) -> Callable[[], Any]:
    """Return a lock on a file, which each process must open for itself."""
    path = f"/proc/{os.getpid()}/fd/{os.memfd_create('accept')}"
    opened: dict[int, int] = {}
    of_threads = threading.Lock()

    @contextlib.contextmanager
    def locked() -> Any:
        with of_threads:
            file = opened.setdefault(os.getpid(), -1)
            if file < 0:
                file = opened[os.getpid()] = os.open(path, os.O_RDWR)
            how(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                how(file, fcntl.LOCK_UN)

    return locked


def _by_pipe() -> Callable[[], Any]:
    read, write = os.pipe()
    os.write(write, b".")

    @contextlib.contextmanager
    def locked() -> Any:
        os.read(read, 1)
        try:
            yield
        finally:
            os.write(write, b".")

    return locked


LOCKS: dict[str, Callable[[], Callable[[], Any]]] = {
    "semaphore": _by_semaphore,
    "timed": _by_timed_semaphore,
    "flock": lambda: _by_file(fcntl.flock),
    "fcntl": lambda: _by_file(fcntl.lockf),
    "pipe": _by_pipe,
}


# ------------------------------------------------------------------- several processes


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "lock": rng.choice(list(LOCKS)),
    },
    of_all,
)
def accept_lock(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes, including the parent, of which one at a time may accept."""
    locked = LOCKS[n["lock"]]()
    fork(n["processes"])

    def serve() -> None:
        with locked():
            accepted = listener.accept()
        control.serve(*accepted, server)

    take_turns(serve, n["threads"])


@sly(
    lambda rng: {"each": rng.choice(([3, 1], [1, 3], [2, 1, 2], [1, 2, 3]))},
    of_each,
)
def unequal(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes with different numbers of threads."""
    control.work(listener, server, n["each"][fork(len(n["each"]))], False)


@sly(
    lambda rng: {
        "each": rng.choice(([3, 1], [1, 3], [2, 1, 2], [3, 1, 3], [1, 2, 3], [2, 2, 1]))
    },
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def unequal_greedy(listener: Listener, server: Any, n: Parameters) -> None:
    """The same; each accepts all that it can, and runs some of it."""
    accept_all(listener, server, n["each"][fork(len(n["each"]))])


@sly(
    lambda rng: {
        "each": rng.choice(([3, 1], [1, 3], [2, 1, 2], [2, 2], [1, 2, 3])),
        "lock": rng.choice(list(LOCKS)),
    },
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def unequal_locked(listener: Listener, server: Any, n: Parameters) -> None:
    """The same; only the process that holds a lock may accept."""
    locked = LOCKS[n["lock"]]()
    pool = ThreadPoolExecutor(n["each"][fork(len(n["each"]))])
    while True:
        with locked():
            connection, address = listener.accept()
        pool.submit(control.serve, connection, address, server)


@sly(
    lambda rng: {"each": rng.choice(([3, 1], [1, 3], [2, 1, 2], [1, 1], [2, 2]))},
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def unequal_ports(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes with a listening socket each, and different numbers of threads."""
    place = listener.getsockname()
    listener.close()
    number = fork(len(n["each"]))
    control.work(with_port_reused(place), server, n["each"][number], False)


@sly(
    lambda rng: {"each": rng.choice(([3, 1], [1, 1], [2, 2], [1, 1, 1], [2, 1]))},
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def two_sockets(listener: Listener, server: Any, n: Parameters) -> None:
    """One process with several listening sockets, and threads for each of them."""
    place = listener.getsockname()
    listener.close()
    listeners = [with_port_reused(place) for _ in n["each"]]
    for each, threads in zip(listeners, n["each"], strict=True):
        start(control.work, each, server, threads, False)
    threading.Event().wait()


@sly(
    lambda rng: {
        "acceptors": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "wait": rng.choice(("accept", "select")),
    },
    lambda n: n["acceptors"] * n["threads"],
    lambda n, offered: min(offered, n["threads"]),
)
def greedy_threads(listener: Listener, server: Any, n: Parameters) -> None:
    """One process whose threads accept all they can, each for a pool of its own."""

    def accept() -> None:
        pool = ThreadPoolExecutor(n["threads"])
        while True:
            if n["wait"] == "select":
                select.select([listener], [], [])
            connection, address = listener.accept()
            pool.submit(control.serve, connection, address, server)

    for _ in range(n["acceptors"]):
        start(accept)
    threading.Event().wait()


@sly(
    lambda rng: {"processes": 2, "each": rng.choice(([3, 1], [1, 1], [2, 1]))},
    lambda n: n["processes"] * of_each(n),
    lambda n, offered: min(offered, n["processes"] * min(n["each"])),
)
def shared_sockets(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes that share several listening sockets at one address."""
    place = listener.getsockname()
    listener.close()
    listeners = [with_port_reused(place) for _ in n["each"]]
    fork(n["processes"])
    for each, threads in zip(listeners, n["each"], strict=True):
        start(control.work, each, server, threads, False)
    threading.Event().wait()


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
    },
    of_all,
)
def epoll_exclusive(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads in several processes; the kernel wakes one for each connection."""
    listener.setblocking(False)
    fork(n["processes"])

    def run() -> None:
        epoll = select.epoll()
        epoll.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        while True:
            epoll.poll()
            with contextlib.suppress(BlockingIOError):
                connection, address = listener.accept()
                connection.setblocking(True)
                control.serve(connection, address, server)

    take_turns(run, n["threads"])


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(1, 3),
        "seconds": rng.choice((0.005, 0.05, 0.5, 2.0)),
        "how": rng.choice(("select", "poll", "epoll", "accept")),
    },
    of_all,
)
def timed_accept(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads that wait for connections with a timeout, again and again."""
    seconds = n["seconds"]
    listener.setblocking(False)
    fork(n["processes"])
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    waits: dict[str, Callable[[], Any]] = {
        "select": lambda: select.select([listener], (), (), seconds),
        # Two threads cannot use the same poll object at once.
        "poll": lambda: _poll_of(listener).poll(seconds * 1000),
        "epoll": lambda: epoll.poll(seconds),
        "accept": lambda: listener.settimeout(seconds),
    }

    def serve() -> None:
        waits[n["how"]]()
        with contextlib.suppress(BlockingIOError, TimeoutError):
            connection, address = listener.accept()
            connection.setblocking(True)
            control.serve(connection, address, server)

    take_turns(serve, n["threads"])


def _poll_of(listener: Listener) -> select.poll:
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    return poll


def _with_a_parent_that_is_last(
    listener: Listener, server: Any, n: Parameters, *, is_woken: bool
) -> NoReturn:
    """Run children that accept all they can; the parent pauses before it looks."""
    number = fork(len(n["each"]))
    if number:
        accept_all(listener, server, n["each"][number])
    pool = ThreadPoolExecutor(n["each"][number])
    while True:
        if is_woken:
            select.select([listener], [], [])
        pause(n)
        if select.select([listener], [], [], 0)[0]:
            connection, address = listener.accept()
            pool.submit(control.serve, connection, address, server)


@sly(
    lambda rng: {
        "each": rng.choice(([2, 2], [1, 2], [1, 1], [2, 1, 2], [3, 1, 3])),
        **a_pause(rng, 0.005, 0.02, 0.05),
    },
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def napping_parent(listener: Listener, server: Any, n: Parameters) -> None:
    """Children accept all they can, and a parent lets them go first."""
    _with_a_parent_that_is_last(listener, server, n, is_woken=True)


@sly(
    lambda rng: {
        "each": rng.choice(([2, 2], [1, 2], [1, 1], [2, 1, 2], [3, 1, 3])),
        "pause": rng.choice(("sleep", "select", "poll", "epoll")),
        "seconds": rng.choice((0.005, 0.05, 0.3)),
    },
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def looking_parent(listener: Listener, server: Any, n: Parameters) -> None:
    """Children accept all they can, and a parent looks now and then."""
    _with_a_parent_that_is_last(listener, server, n, is_woken=False)


@sly(
    lambda rng: {
        "each": [rng.randint(1, 3), rng.randint(1, 2)],
        "parent": rng.random() < 0.5,
    },
    of_each,
)
def spill(listener: Listener, server: Any, n: Parameters) -> None:
    """Two processes, one of which takes requests only while the other is full."""
    busy, (read, write) = mmap.mmap(-1, 1), os.pipe()
    listener.setblocking(False)
    counting = threading.Lock()
    first, second = n["each"]

    def change(by: int) -> None:
        with counting:
            busy[0] += by
            os.write(write, b".")

    def serve() -> None:
        select.select([listener], [], [])
        with contextlib.suppress(BlockingIOError):
            connection, address = listener.accept()
            connection.setblocking(True)
            change(1)
            control.serve(connection, address, server)
            change(-1)

    if bool(os.fork()) is not n["parent"]:
        take_turns(serve, first)
    places = threading.Semaphore(second)

    def serve_too(connection: socket.socket, address: object) -> None:
        control.serve(connection, address, server)
        places.release()

    while True:
        os.read(read, 4096)
        while busy[0] == first:
            places.acquire()
            ready = select.select([listener.fileno(), read], [], [])[0]
            with contextlib.suppress(BlockingIOError):
                if listener.fileno() in ready and busy[0] == first:
                    connection, address = listener.accept()
                    connection.setblocking(True)
                    start(serve_too, connection, address)
                    continue
            places.release()
            if read in ready:
                os.read(read, 4096)


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 3)},
    of_all,
)
def stealing(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes accept all they can; idle ones get work from the others."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    fork(n["processes"])

    def serve() -> None:
        _, files, _, _ = socket.recv_fds(theirs, 1, 1)
        control.serve(socket.socket(fileno=files[0]), ("", 0), server)

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    while True:
        connection, _ = listener.accept()
        socket.send_fds(ours, [b"."], [connection.fileno()])
        connection.close()


def _least_of_batches(n: Parameters, offered: int) -> int:
    """Return the floor if each process gets a batch of one request."""
    least, left = 0, offered
    for _ in range(n["processes"]):
        least += min(n["threads"], left)
        left -= min(n["batch"], left)
    return min(least, int(n["processes"]))


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(2, 3),
        "batch": rng.randint(3, 5),
    },
    of_all,
    _least_of_batches,
)
def batches(listener: Listener, server: Any, n: Parameters) -> None:
    """Connections are taken in batches, the next one when a batch is done."""
    listener.setblocking(False)
    fork(n["processes"])
    pool = ThreadPoolExecutor(n["threads"])
    while True:
        select.select([listener], [], [])
        batch: list[Future[None]] = []
        while len(batch) < n["batch"]:
            try:
                connection, address = listener.accept()
            except BlockingIOError:
                break
            connection.setblocking(True)
            batch.append(pool.submit(control.serve, connection, address, server))
        for each in batch:
            each.result()


@sly(
    lambda rng: {
        "processes": rng.randint(1, 2),
        "threads": rng.randint(2, 3),
        "places": rng.randint(1, 4),
    },
    lambda n: min(of_all(n), n["places"]),
)
def shared_places(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads of all processes share some slots in front of the app."""
    places = multiprocessing.Semaphore(n["places"])
    fork(n["processes"])
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        with places:
            return app(environ, start_response)

    server.application = called
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {
        "threads": rng.randint(1, 2),
        "processes": rng.randint(2, 3),
        **a_pause(rng, 0.3, 2.5, 6.0, 100.0),
    },
    lambda n: of_all(n) if n["seconds"] < LONGEST_BOOT else int(n["threads"]),
)
def boots_late(listener: Listener, server: Any, n: Parameters) -> None:
    """Child processes, all but the first of which pause at the start."""
    number = fork(n["processes"] + 1)
    if not number:
        threading.Event().wait()
    if number > 1:
        pause(n)
    control.work(listener, server, n["threads"], False)


@sly(lambda rng: {"processes": rng.randint(2, 4)}, lambda n: int(n["processes"]))
def spares(listener: Listener, server: Any, n: Parameters) -> None:
    """The parent forks one more whenever all are busy; each runs one at a time."""
    read, write = os.pipe()
    for _ in range(n["processes"]):
        if os.fork() == 0:
            while True:
                accepted = listener.accept()
                os.write(write, b".")
                control.serve(*accepted, server)
        os.read(read, 1)
    threading.Event().wait()


# ------------------------------------------------------------------------- one process


@sly(lambda rng: {"threads": rng.randint(2, 5)})
def leader(listener: Listener, server: Any, n: Parameters) -> None:
    """One thread at a time waits for a connection, then another takes over."""
    leads = threading.Lock()

    def serve() -> None:
        with leads:
            accepted = listener.accept()
        control.serve(*accepted, server)

    take_turns(serve, n["threads"])


@sly(
    lambda rng: {
        "threads": rng.randint(1, 4),
        "wakes": rng.random() < 0.5,
        **a_pause(rng, 0.005, 0.1, 0.6, 2.0),
    }
)
def ticking(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads look for requests in a queue now and then, and pause in between."""
    waiting: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        try:
            limit = n["seconds"] if n["wakes"] else None
            accepted = waiting.get(n["wakes"], limit)
        except queue.Empty:
            if not n["wakes"]:
                pause(n)
            return
        control.serve(*accepted, server)

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    while True:
        waiting.put(listener.accept())


@sly(
    lambda rng: {
        "threads": rng.randint(2, 4),
        **a_pause(rng, 0.05, 0.3, 0.9, 2.0),
    }
)
def dozing_pool(listener: Listener, server: Any, n: Parameters) -> None:
    """One thread, and one more after each pause at whose end requests wait."""
    waiting: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        control.serve(*waiting.get(), server)

    def grow() -> None:
        for _ in range(n["threads"] - 1):
            while not waiting.qsize():
                pause(n)
            start(take_turns, serve, 1)
            pause(n)

    start(take_turns, serve, 1)
    start(grow)
    while True:
        waiting.put(listener.accept())


@sly(
    lambda rng: {
        "threads": rng.randint(2, 4),
        "idle": rng.choice((0.05, 0.3, 1.0)),
    }
)
def elastic(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads start as requests come, and end after being idle for a while."""
    waiting: queue.Queue[Any] = queue.Queue()
    counting, counts = threading.Lock(), {"threads": 0, "idle": 0}

    def run() -> None:
        while True:
            try:
                accepted = waiting.get(timeout=n["idle"])
            except queue.Empty:
                with counting:
                    if counts["idle"] > 0:
                        counts["idle"] -= 1
                        counts["threads"] -= 1
                        return
                continue
            control.serve(*accepted, server)
            with counting:
                counts["idle"] += 1

    while True:
        accepted = listener.accept()
        with counting:
            if counts["idle"] > 0:
                counts["idle"] -= 1
            elif counts["threads"] < n["threads"]:
                counts["threads"] += 1
                start(run)
            else:
                counts["idle"] -= 1
        waiting.put(accepted)


@sly(
    lambda rng: {"each": [rng.randint(1, 3), rng.randint(1, 2)], "wait": 2},
    of_each,
    lambda n, offered: max(offered - n["wait"], min(offered, n["each"][0])),
)
def under_pressure(listener: Listener, server: Any, n: Parameters) -> None:
    """Some threads take requests only while other requests wait as well."""
    waiting: list[Any] = []
    there = threading.Condition()
    usual, further = n["each"]

    def take(more_than: int) -> Any:
        with there:
            there.wait_for(lambda: len(waiting) > more_than)
            return waiting.pop(0)

    for threads, more_than in ((usual, 0), (further, n["wait"])):
        for _ in range(threads):
            start(take_turns, lambda m=more_than: control.serve(*take(m), server), 1)
    while True:
        accepted = listener.accept()
        with there:
            waiting.append(accepted)
            there.notify_all()


@sly(
    lambda rng: {
        "threads": rng.randint(2, 4),
        **a_pause(rng, 0.3, 1.0, 2.5, 4.0),
    }
)
def warming_up(listener: Listener, server: Any, n: Parameters) -> None:
    """One thread from the start, and the others after a while."""

    def later() -> None:
        pause(n)
        control.work(listener, server, n["threads"] - 1, False)

    start(later)
    control.work(listener, server, 1, False)


@sly(
    lambda rng: {"threads": rng.randint(1, 4), **a_pause(rng, 0.01, 0.1, 0.25)},
)
def rate_limit(listener: Listener, server: Any, n: Parameters) -> None:
    """One request in so many seconds enters the app; the others wait."""
    entering = threading.Lock()

    def enter() -> None:
        with entering:
            pause(n)

    beside(server, enter)
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {"threads": rng.randint(1, 3), "seconds": rng.choice((0.02, 0.2, 1.0))},
)
def asks_child(listener: Listener, server: Any, n: Parameters) -> None:
    """Each request waits in front of the app for a process that sleeps."""
    asking = threading.Lock()

    def ask() -> None:
        with asking:
            _child(n["seconds"])

    beside(server, ask)
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {"threads": rng.randint(1, 3), "seconds": rng.choice((0.01, 0.1, 0.3))},
)
def computes_first(listener: Listener, server: Any, n: Parameters) -> None:
    """Each request computes before it enters the app, holding the interpreter lock."""

    def compute() -> None:
        end = time.thread_time() + n["seconds"]
        while time.thread_time() < end:
            sum(range(100))

    beside(server, compute)
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {
        "threads": rng.randint(3, 5),
        "places": rng.randint(1, 2),
        "seconds": rng.choice((0.05, 0.5, 2.0)),
    },
    lambda n: int(n["places"]),
)
def gives_up(listener: Listener, server: Any, n: Parameters) -> None:
    """Requests wait for a slot in front of the app, and are refused after a while."""
    with_places(server, threading.Semaphore(n["places"]), n["seconds"])
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {"threads": rng.randint(1, 4), "places": rng.randint(1, 4)},
    lambda n: min(n["threads"], n["places"]),
)
def async_places(listener: Listener, server: Any, n: Parameters) -> None:
    """An event loop with a semaphore in front of an executor."""
    pool = ThreadPoolExecutor(n["threads"])

    async def serve(places: asyncio.Semaphore, *accepted: Any) -> None:
        async with places:
            accepted[0].setblocking(True)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(pool, control.serve, *accepted, server)

    async def accept() -> None:
        listener.setblocking(False)
        loop, places = asyncio.get_running_loop(), asyncio.Semaphore(n["places"])
        tasks = set()
        while True:
            accepted = await loop.sock_accept(listener)
            tasks.add(task := asyncio.create_task(serve(places, *accepted)))
            task.add_done_callback(tasks.discard)

    asyncio.run(accept())


@sly(lambda rng: {"threads": rng.randint(1, 5), "processes": 1})
def gevent_pool(listener: Listener, server: Any, n: Parameters) -> None:
    """Greenlets in a pool with so many places."""
    gevent, monkey = import_module("gevent"), import_module("gevent.monkey")
    pywsgi = import_module("gevent.pywsgi")
    monkey.patch_all()
    patched = gevent.socket.socket(fileno=listener.detach())
    pool = import_module("gevent.pool").Pool(n["threads"])
    app = server.application
    pywsgi.WSGIServer(patched, app, spawn=pool, log=None).serve_forever()
