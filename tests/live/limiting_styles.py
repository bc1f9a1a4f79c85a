"""Styles of known servers that share requests, or turn them away, as real servers do.

Each docstring names the server that behaves this way. ``known_server.py`` runs them
like its own styles.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from typing import TYPE_CHECKING

import control  # type: ignore[import-not-found,unused-ignore]

if TYPE_CHECKING:
    from tests.live.sly_styles import accept_all
    from tests.live.sly_styles import fork
    from tests.live.sly_styles import Listener
    from tests.live.sly_styles import of_all
    from tests.live.sly_styles import of_each
    from tests.live.sly_styles import Parameters
    from tests.live.sly_styles import sly
    from tests.live.sly_styles import start
    from tests.live.sly_styles import take_turns
    from tests.live.sly_styles import then_release
    from tests.live.sly_styles import with_port_reused
else:  # started by its path
    from sly_styles import accept_all
    from sly_styles import fork
    from sly_styles import Listener
    from sly_styles import of_all
    from sly_styles import of_each
    from sly_styles import Parameters
    from sly_styles import sly
    from sly_styles import start
    from sly_styles import take_turns
    from sly_styles import then_release
    from sly_styles import with_port_reused

FULL = b"HTTP/1.1 503 Full\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _turn_away(connection: socket.socket) -> None:
    """Read a request, and answer that the server is full."""
    with connection, contextlib.suppress(OSError):
        connection.recv(65_536)
        connection.sendall(FULL)
        connection.shutdown(socket.SHUT_WR)


def of_one(n: Parameters, offered: int) -> int:
    """One worker gets all requests, and serves as many as it has threads."""
    return min(offered, int(n["threads"]))


# ------------------------------------------------------------------------- turned away


@sly(
    lambda rng: {"threads": rng.randint(1, 4), "queue": rng.randint(1, 3)},
)
def short_queue(listener: Listener, server: Any, n: Parameters) -> None:
    """Passenger: some requests wait in a queue, and further ones get an error."""
    waiting: queue.Queue[Any] = queue.Queue()
    counting, now = threading.Lock(), {"here": 0}

    def serve() -> None:
        control.serve(*waiting.get(), server)
        with counting:
            now["here"] -= 1

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    while True:
        accepted = listener.accept()
        with counting:
            room = now["here"] < n["threads"] + n["queue"]
            now["here"] += room
        if room:
            waiting.put(accepted)
        else:
            start(_turn_away, accepted[0])


@sly(
    lambda rng: {"threads": rng.randint(1, 4), "seconds": rng.choice((0.01, 0.2, 1.0))},
)
def drops_stale(listener: Listener, server: Any, n: Parameters) -> None:
    """Heroku's router: a request that waited too long is answered without being run."""
    waiting: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        came, accepted = waiting.get()
        if time.monotonic() - came > n["seconds"]:
            _turn_away(accepted[0])
        else:
            control.serve(*accepted, server)

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    while True:
        accepted = listener.accept()
        waiting.put((time.monotonic(), accepted))


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "how": rng.choice(("answers", "closes", "resets")),
    },
    of_all,
    of_one,
)
def each_refuses(listener: Listener, server: Any, n: Parameters) -> None:
    """uvicorn --limit-concurrency: workers accept all, and refuse excess requests."""
    fork(n["processes"])
    places = threading.Semaphore(n["threads"])

    serve = then_release(places, server)
    while True:
        accepted = listener.accept()
        if places.acquire(blocking=False):
            start(serve, *accepted)
        elif n["how"] == "answers":
            start(_turn_away, accepted[0])
        else:
            if n["how"] == "resets":
                linger = struct.pack("ii", 1, 0)
                accepted[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            accepted[0].close()


@sly(
    lambda rng: {"threads": rng.randint(4, 6), "first": rng.randint(2, 3)},
    least=lambda n, offered: min(offered, n["first"]),
)
def adaptive_limit(listener: Listener, server: Any, n: Parameters) -> None:
    """Netflix's limiter: each answer lets one more in at once, up to a limit."""
    changing, now = threading.Lock(), {"limit": n["first"], "busy": 0}

    def serve(*accepted: Any) -> None:
        control.serve(*accepted, server)
        with changing:
            if now["busy"] >= now["limit"]:
                now["limit"] = min(now["limit"] + 1, n["threads"])
            now["busy"] -= 1

    while True:
        accepted = listener.accept()
        with changing:
            room = now["busy"] < now["limit"]
            now["busy"] += room
        start(*((serve, *accepted) if room else (_turn_away, accepted[0])))


@sly(lambda rng: {"threads": rng.randint(1, 4)})
def stops_listening(listener: Listener, server: Any, n: Parameters) -> None:
    """It closes its listening socket while it is full; later clients are refused."""
    place = listener.getsockname()
    free = threading.Semaphore(n["threads"])

    serve = then_release(free, server)
    listening: socket.socket | None = listener
    while True:
        free.acquire()
        if listening is None:
            listening = with_port_reused(place)
        accepted = listening.accept()
        if free.acquire(blocking=False):
            free.release()
        else:
            listening.close()
            listening = None
        start(serve, *accepted)


@sly(
    lambda rng: {"threads": rng.randint(1, 4), "backlog": rng.randint(0, 3)},
)
def short_backlog(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads accept, with a backlog that has room for hardly anybody."""
    listener.listen(n["backlog"])
    control.work(listener, server, n["threads"], False)


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "backlog": rng.randint(0, 3),
    },
    of_all,
    of_one,
)
def short_backlogs(listener: Listener, server: Any, n: Parameters) -> None:
    """The same for processes that accept all they can."""
    listener.listen(n["backlog"])
    fork(n["processes"])
    accept_all(listener, server, n["threads"])


# ------------------------------------------------------------------------------ shared


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "seed": rng.random(),
    },
    of_all,
    of_one,
)
def random_balancer(listener: Listener, server: Any, n: Parameters) -> None:
    """A process accepts, and gives each request to a random other process."""
    pairs, rng = [], random.Random(n["seed"])
    for _ in range(n["processes"]):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            listener.close()
            pool = ThreadPoolExecutor(n["threads"])
            while True:
                _, files, _, _ = socket.recv_fds(theirs, 1, 1)
                if not files:
                    os._exit(0)
                connection = socket.socket(fileno=files[0])
                pool.submit(control.serve, connection, ("", 0), server)
        pairs.append(ours)
    while True:
        connection = listener.accept()[0]
        socket.send_fds(rng.choice(pairs), [b"."], [connection.fileno()])
        connection.close()


@sly(
    lambda rng: {
        "processes": rng.randint(2, 3),
        "threads": rng.randint(1, 3),
        "delay": rng.choice((0.02, 0.1, 0.5)),
    },
    of_all,
)
def accept_mutex(listener: Listener, server: Any, n: Parameters) -> None:
    """nginx: a loop accepts while it has a lock and room, or else retries soon."""
    listener.setblocking(False)
    lock = multiprocessing.Semaphore(1)
    fork(n["processes"])
    free = threading.Semaphore(n["threads"])
    read, write = os.pipe()
    both: list[Any] = [listener, read]

    def serve(connection: socket.socket, address: object) -> None:
        connection.setblocking(True)
        try:
            control.serve(connection, address, server)
        finally:
            free.release()
            os.write(write, b".")

    while True:
        free.acquire()
        if not lock.acquire(block=False):
            free.release()
            if select.select([read], [], [], n["delay"])[0]:
                os.read(read, 1)
            continue
        select.select(both, [], [])
        if select.select([read], [], [], 0)[0]:
            os.read(read, 1)
        accepted = None
        with contextlib.suppress(BlockingIOError):
            accepted = listener.accept()
        lock.release()
        if accepted:
            start(serve, *accepted)
        else:
            free.release()


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(1, 3),
    },
    of_all,
    of_one,
)
def deferred(listener: Listener, server: Any, n: Parameters) -> None:
    """A connection can only be accepted once its request has arrived."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    fork(n["processes"])
    accept_all(listener, server, n["threads"])


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(1, 3),
        "nap": rng.choice((0.0, 0.005, 0.02)),
    },
    of_all,
    lambda n, offered: min(offered, n["threads"]),
)
def reactor(listener: Listener, server: Any, n: Parameters) -> None:
    """puma: it accepts while a thread is free; silent clients take none.

    A busy worker naps before it accepts, so that others go first.
    """
    listener.setblocking(False)
    fork(n["processes"])
    waiting: queue.Queue[socket.socket] = queue.Queue()
    changed, now = threading.Condition(), {"busy": 0}

    def serve() -> None:
        control.serve(waiting.get(), ("", 0), server)
        with changed:
            now["busy"] -= 1
            changed.notify()

    def hand_on(connection: socket.socket) -> None:
        with changed:
            now["busy"] += 1
        waiting.put(connection)

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    epoll = select.epoll()
    silent: dict[int, socket.socket] = {}
    start(_hand_on_who_speaks, epoll, silent, hand_on)
    while True:
        select.select([listener], [], [])
        with changed:
            changed.wait_for(lambda: now["busy"] < n["threads"])
            if now["busy"] and n["nap"]:
                changed.wait(n["nap"])
        with contextlib.suppress(BlockingIOError):
            connection, _ = listener.accept()
            connection.setblocking(True)
            if select.select([connection], [], [], 0)[0]:
                hand_on(connection)
            else:
                silent[connection.fileno()] = connection
                epoll.register(connection, select.EPOLLIN)


def _hand_on_who_speaks(
    epoll: select.epoll,
    silent: dict[int, socket.socket],
    hand_on: Callable[[socket.socket], None],
) -> None:
    while True:
        for file, _ in epoll.poll():
            epoll.unregister(file)
            hand_on(silent.pop(file))


@sly(
    lambda rng: {"each": rng.choice(([3, 1], [1, 1], [2, 2], [1, 1, 1], [2, 1]))},
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def inherited_ports(listener: Listener, server: Any, n: Parameters) -> None:
    """nginx with reuseport: workers inherit all sockets, and use their own."""
    place = listener.getsockname()
    listener.close()
    listeners = [with_port_reused(place) for _ in n["each"]]
    number = fork(len(n["each"]))
    control.work(listeners[number], server, n["each"][number], False)


@sly(
    lambda rng: {"each": rng.choice(([1, 1], [2, 1], [2, 2], [1, 2]))},
    of_each,
    lambda n, offered: min(offered, *n["each"]),
)
def two_masters(listener: Listener, server: Any, n: Parameters) -> None:
    """Two servers on one port, each with workers that share its socket."""
    place = listener.getsockname()
    listener.close()
    for processes in n["each"]:
        if os.fork() == 0:
            own = with_port_reused(place)
            fork(processes)
            control.work(own, server, 1, False)
    threading.Event().wait()
