"""Styles of known servers that accept and share requests as real servers do.

Each docstring names the server that behaves this way. ``known_server.py`` runs them
like its own styles.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import queue
import select
import selectors
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from multiprocessing import Semaphore
from typing import Any
from typing import TYPE_CHECKING

import control  # type: ignore[import-not-found,unused-ignore]

if TYPE_CHECKING:
    from tests.live.sly_styles import fork
    from tests.live.sly_styles import Listener
    from tests.live.sly_styles import of_all
    from tests.live.sly_styles import Parameters
    from tests.live.sly_styles import sly
    from tests.live.sly_styles import start
    from tests.live.sly_styles import take_turns
    from tests.live.sly_styles import with_places
    from tests.live.sly_styles import with_port_reused
else:  # started by its path
    from sly_styles import fork
    from sly_styles import Listener
    from sly_styles import of_all
    from sly_styles import Parameters
    from sly_styles import sly
    from sly_styles import start
    from sly_styles import take_turns
    from sly_styles import with_places
    from sly_styles import with_port_reused


def _passed(ours: socket.socket, theirs: socket.socket) -> None:
    """Pass a connection on to another process."""
    socket.send_fds(ours, [b"."], [theirs.fileno()])
    theirs.close()


def _taken(theirs: socket.socket) -> socket.socket | None:
    """Receive a connection from another process, or nothing if that has ended."""
    _, files, _, _ = socket.recv_fds(theirs, 1, 1)
    return socket.socket(fileno=files[0]) if files else None


# --------------------------------------------------------------------------- processes


def _least_with_queues(n: Parameters, offered: int) -> int:
    """Return the floor if one worker after another takes all it can.

    That is its threads, a queue, and one more.
    """
    least, left = 0, offered
    for _ in range(n["processes"]):
        takes = min(left, n["threads"] + n["queue"] + 1)
        least += min(n["threads"], takes)
        left -= takes
    return least


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(1, 3),
        "queue": rng.randint(1, 3),
    },
    of_all,
    _least_with_queues,
)
def bounded_queue(listener: Listener, server: Any, n: Parameters) -> None:
    """cheroot: one thread accepts, and waits while the queue of the others is full."""
    fork(n["processes"])
    waiting: queue.Queue[Any] = queue.Queue(n["queue"])
    for _ in range(n["threads"]):
        start(take_turns, lambda: control.serve(*waiting.get(), server), 1)
    while True:
        waiting.put(listener.accept())


@sly(
    lambda rng: {
        "processes": rng.randint(3, 5),
        "at_first": rng.randint(1, 2),
        "spare": rng.randint(1, 2),
        "look": rng.choice(("sleep", "select", "signal")),
        "every": rng.choice((0.2, 1.0)),
    },
    lambda n: int(n["processes"]),
)
def spare_children(listener: Listener, server: Any, n: Parameters) -> None:
    """Apache: a master looks once a second, and forks 1, 2, 4 while few are idle."""
    board = mmap.mmap(-1, n["processes"])
    looks: dict[str, Any] = {
        "sleep": time.sleep,
        "select": lambda seconds: select.select([], [], [], seconds),
        "signal": lambda seconds: signal.sigtimedwait([signal.SIGUSR2], seconds),
    }

    def child(number: int) -> None:
        while True:
            accepted = listener.accept()
            board[number] = 1
            control.serve(*accepted, server)
            board[number] = 0

    children, more = 0, n["at_first"]
    while True:
        for _ in range(min(more, n["processes"] - children)):
            if os.fork() == 0:
                child(children)
            children += 1
        looks[n["look"]](n["every"])
        idle = children - sum(board[:children])
        more = min(2 * more, 32) if idle < n["spare"] else 0
        more = more or (1 if idle < n["spare"] else 0)


@sly(
    lambda rng: {
        "processes": rng.randint(2, 4),
        "idle": rng.choice((0.3, 2.0)),
    },
    lambda n: int(n["processes"]),
)
def on_demand(listener: Listener, server: Any, n: Parameters) -> None:
    """NGINX Unit: a process accepts and starts others as needed; idle ones end."""
    pairs: dict[int, socket.socket] = {}
    idle: list[int] = []
    waiting: list[socket.socket] = []

    def app(theirs: socket.socket) -> None:
        for ours in pairs.values():
            ours.close()
        listener.close()
        while select.select([theirs], [], [], n["idle"])[0]:
            connection = _taken(theirs)
            if connection is None:
                break
            control.serve(connection, ("", 0), server)
            theirs.send(b".")
        os._exit(0)

    while True:
        ready = select.select([listener, *pairs.values()], [], [])[0]
        for number, ours in list(pairs.items()):
            if ours in ready:
                if ours.recv(1):
                    idle.append(number)
                else:
                    ours.close()
                    del pairs[number]
                    idle = [each for each in idle if each != number]
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(number, 0)
        if listener in ready:
            waiting.append(listener.accept()[0])
        while waiting and (idle or len(pairs) < n["processes"]):
            if not idle:
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
                number = os.fork()
                if number == 0:
                    ours.close()
                    app(theirs)
                theirs.close()
                pairs[number] = ours
                idle.append(number)
            number = idle.pop()
            try:
                socket.send_fds(pairs[number], [b"."], [waiting[0].fileno()])
            except OSError:
                continue  # the worker has just ended
            waiting.pop(0).close()


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 3)},
    of_all,
)
def listener_thread(listener: Listener, server: Any, n: Parameters) -> None:
    """Apache's worker MPM: a thread waits for an idle one and a lock, then accepts."""
    lock = Semaphore(1)
    fork(n["processes"])
    idle, waiting = threading.Semaphore(n["threads"]), queue.Queue[Any]()

    def serve() -> None:
        control.serve(*waiting.get(), server)
        idle.release()

    for _ in range(n["threads"]):
        start(take_turns, serve, 1)
    while True:
        idle.acquire()
        with lock:
            accepted = listener.accept()
        waiting.put(accepted)


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 2)},
    of_all,
)
def own_places(listener: Listener, server: Any, n: Parameters) -> None:
    """Passenger: a process accepts; every other one listens on a socket of its own."""
    places = [f"app-{number}.sock" for number in range(n["processes"])]
    for place in places:
        inner = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            os.unlink(place)
        inner.bind(place)
        inner.listen()
        if os.fork() == 0:
            listener.close()

            def serve(inner: socket.socket = inner) -> None:
                connection, _ = inner.accept()
                control.serve(connection, ("", 0), server)

            take_turns(serve, n["threads"])
        inner.close()
    free: queue.Queue[str] = queue.Queue()
    for place in places * n["threads"]:
        free.put(place)

    def pass_on(place: str, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as inner:
            inner.connect(place)
            inner.sendall(client.recv(65_536))
            while data := inner.recv(65_536):
                client.sendall(data)
        free.put(place)

    while True:
        client = listener.accept()[0]
        start(pass_on, free.get(), client)


@sly(
    lambda rng: {"processes": rng.randint(1, 3), "threads": rng.randint(1, 3)},
    of_all,
)
def gevent_forks(listener: Listener, server: Any, n: Parameters) -> None:
    """gevent: several processes accept while their pools have places."""
    fork(n["processes"])
    gevent, monkey = import_module("gevent"), import_module("gevent.monkey")
    pywsgi = import_module("gevent.pywsgi")
    monkey.patch_all()
    patched = gevent.socket.socket(fileno=listener.detach())
    pool = import_module("gevent.pool").Pool(n["threads"])
    app = server.application
    pywsgi.WSGIServer(patched, app, spawn=pool, log=None).serve_forever()


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 3)},
    of_all,
)
def round_robin(listener: Listener, server: Any, n: Parameters) -> None:
    """Node's cluster: a process accepts, and gives connections to others in turn."""
    pairs = []
    for _ in range(n["processes"]):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            listener.close()
            pool = ThreadPoolExecutor(n["threads"])
            while connection := _taken(theirs):
                pool.submit(control.serve, connection, ("", 0), server)
            os._exit(0)
        pairs.append(ours)
    while True:
        for ours in pairs:
            _passed(ours, listener.accept()[0])


@sly(
    lambda rng: {"processes": rng.randint(2, 3), "threads": rng.randint(1, 3)},
    of_all,
)
def admin_port(listener: Listener, server: Any, n: Parameters) -> None:
    """Workers that also listen for somebody else, each on a socket of its own."""
    other = socket.create_server(("127.0.0.1", 0), reuse_port=True)
    place = other.getsockname()
    other.close()
    fork(n["processes"])
    start(control.work, with_port_reused(place), server, 1, False)
    control.work(listener, server, n["threads"], False)


# ------------------------------------------------------------------------- one process


@sly(
    lambda rng: {
        "threads": rng.randint(1, 4),
        "limit": rng.randint(1, 4),
        "every": rng.choice((0.1, 0.5, 1.0)),
    },
    lambda n: int(min(n["threads"], n["limit"])),
)
def paused_listener(listener: Listener, server: Any, n: Parameters) -> None:
    """waitress: a loop ignores the listener while it has too many connections."""
    pool, ended = ThreadPoolExecutor(n["threads"]), queue.SimpleQueue[None]()
    connected = 0

    def serve(*accepted: Any) -> None:
        control.serve(*accepted, server)
        ended.put(None)

    with selectors.DefaultSelector() as selector:
        watched = False
        while True:
            with contextlib.suppress(queue.Empty):
                while True:
                    ended.get_nowait()
                    connected -= 1
            if watched is not (connected < n["limit"]):
                watched = not watched
                if watched:
                    selector.register(listener, selectors.EVENT_READ)
                else:
                    selector.unregister(listener)
            if selector.select(n["every"]):
                pool.submit(serve, *listener.accept())
                connected += 1


@sly(
    lambda rng: {
        "processes": rng.randint(1, 3),
        "threads": rng.randint(1, 3),
        "places": rng.randint(1, 4),
    },
    lambda n: min(of_all(n), n["places"]),
)
def shared_limit(listener: Listener, server: Any, n: Parameters) -> None:
    """Workers that turn away requests beyond a limit for all of them together."""
    places = Semaphore(n["places"])
    fork(n["processes"])
    with_places(server, places, 0.0)
    control.work(listener, server, n["threads"], False)
