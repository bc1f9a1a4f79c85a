"""A WSGI server of known capacity, in many styles; run by the live tests.

``known_server.py HOST PORT STYLE JSON``, where the JSON has the numbers of the style.
``capacity`` returns what is true of a style.
"""

import asyncio
import contextlib
import json
import os
import queue
import random
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from typing import NamedTuple

for folder in (Path(__file__).parents[2] / "harness" / "target", Path(__file__).parent):
    sys.path.insert(0, str(folder))

import changing_styles  # type: ignore[import-not-found,unused-ignore]  # noqa: E402, F401
import control  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
import limiting_styles  # type: ignore[import-not-found,unused-ignore]  # noqa: E402, F401
import real_styles  # type: ignore[import-not-found,unused-ignore]  # noqa: E402, F401
from sly_styles import fork  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
from sly_styles import Listener  # noqa: E402
from sly_styles import Parameters  # noqa: E402
from sly_styles import SLY  # noqa: E402
from sly_styles import start  # noqa: E402

YIELD_SECONDS = 0.02


class Capacity(NamedTuple):
    """How many requests a server has in the app at once."""

    most: int
    least: Callable[[int], int]
    """The fewest in the app for a number of offered requests, whichever worker is
    first."""


# ---------------------------------------------------------------------------- styles


def threads(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads accept, in one process or several."""
    fork(n["processes"])
    control.work(listener, server, n["threads"], False)


def greedy(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes accept all connections that they can, and run some of them."""
    fork(n["processes"])
    pool = ThreadPoolExecutor(n["threads"])
    while True:
        accepted = listener.accept()
        pool.submit(control.serve, accepted[0], accepted[1], server)


def yielding(listener: Listener, server: Any, n: Parameters) -> None:
    """Children accept all that they can, and a parent lets them go first."""
    pool = ThreadPoolExecutor(n["threads"])
    for _ in range(n["processes"] - 1):
        if os.fork() == 0:
            while True:
                connection, address = listener.accept()
                pool.submit(control.serve, connection, address, server)
    while True:
        select.select([listener], [], [])
        time.sleep(YIELD_SECONDS)
        if select.select([listener], [], [], 0)[0]:
            connection, address = listener.accept()
            pool.submit(control.serve, connection, address, server)


def executor(listener: Listener, server: Any, n: Parameters) -> None:
    """An event loop accepts and reads, and an executor runs the app."""
    pool = ThreadPoolExecutor(n["threads"])

    async def accept() -> None:
        listener.setblocking(False)
        loop = asyncio.get_running_loop()
        while True:
            connection, address = await loop.sock_accept(listener)
            connection.setblocking(True)
            loop.run_in_executor(pool, control.serve, connection, address, server)

    asyncio.run(accept())


def handed_over(listener: Listener, server: Any, n: Parameters) -> None:
    """One process accepts; others take the connections from it, one at a time."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for _ in range(n["processes"]):
        if os.fork() == 0:
            listener.close()
            while True:
                _, files, _, _ = socket.recv_fds(theirs, 1, 1)
                control.serve(socket.socket(fileno=files[0]), ("", 0), server)
    while True:
        connection, _ = listener.accept()
        socket.send_fds(ours, [b"."], [connection.fileno()])
        connection.close()


def out_of_order(listener: Listener, server: Any, n: Parameters) -> None:
    """One thread accepts; of the waiting requests, a random or the newest one runs."""
    waiting: list[tuple[socket.socket, object]] = []
    there = threading.Semaphore(0)
    rng = random.Random(n["seed"])

    def run() -> None:
        while True:
            there.acquire()
            index = rng.randrange(len(waiting)) if n["random"] else -1
            control.serve(*waiting.pop(index), server)

    for _ in range(n["threads"]):
        start(run)
    while True:
        waiting.append(listener.accept())
        there.release()


def polling(listener: Listener, server: Any, n: Parameters) -> None:
    """It looks for connections now and then, and sleeps in between."""
    pool = ThreadPoolExecutor(n["threads"])
    listener.setblocking(False)
    while True:
        with contextlib.suppress(BlockingIOError):
            connection, address = listener.accept()
            connection.setblocking(True)
            pool.submit(control.serve, connection, address, server)
            continue
        time.sleep(n["seconds"])


def slow_accept(listener: Listener, server: Any, n: Parameters) -> None:
    """It takes a moment to accept each connection."""
    pool = ThreadPoolExecutor(n["threads"])
    while True:
        accepted = listener.accept()
        time.sleep(n["seconds"])
        pool.submit(control.serve, accepted[0], accepted[1], server)


def buffering(listener: Listener, server: Any, n: Parameters) -> None:
    """Whole requests are read before they are queued."""
    waiting: queue.Queue[tuple[socket.socket, object]] = queue.Queue()

    def read(connection: socket.socket, address: object) -> None:
        while b"\r\n\r\n" not in connection.recv(65_536, socket.MSG_PEEK):
            time.sleep(0.001)
        waiting.put((connection, address))

    def run() -> None:
        while True:
            control.serve(*waiting.get(), server)

    for _ in range(n["threads"]):
        start(run)
    while True:
        start(read, *listener.accept())


def rejecting(listener: Listener, server: Any, n: Parameters) -> None:
    """Excess requests are answered 503, or cut off."""
    places = threading.Semaphore(n["threads"])

    def serve(connection: socket.socket, address: object) -> None:
        if places.acquire(blocking=False):
            try:
                control.serve(connection, address, server)
            finally:
                places.release()
            return
        connection.recv(65_536)
        if n["answers"]:
            connection.sendall(b"HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    while True:
        start(serve, *listener.accept())


def growing(listener: Listener, server: Any, n: Parameters) -> None:
    """It starts with one thread, and adds one at a time while requests wait."""
    waiting: queue.Queue[tuple[socket.socket, object]] = queue.Queue()
    pause = threading.Event().wait if n["locks"] else time.sleep

    def run() -> None:
        while True:
            control.serve(*waiting.get(), server)

    def grow() -> None:
        size = 1
        start(run)
        while size < n["threads"]:
            pause(n["seconds"])
            if waiting.qsize():
                start(run)
                size += 1

    start(grow)
    while True:
        waiting.put(listener.accept())


def late(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes each sleep for some time before they take requests."""
    for seconds in n["sleeps"]:
        if os.fork() == 0:
            time.sleep(seconds)
            control.work(listener, server, 1, False)
    control.work(listener, server, 1, False)


def pausing(listener: Listener, server: Any, n: Parameters) -> None:
    """In its threads, each request sleeps before it enters the app."""
    app, rng = server.application, random.Random(n["seed"])

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        time.sleep(rng.uniform(0.5, 1.0) * n["seconds"])
        return app(environ, start_response)

    server.application = called
    control.work(listener, server, n["threads"], False)


def restless(listener: Listener, server: Any, n: Parameters) -> None:
    """Threads, and one more thread that never rests."""

    def compute() -> None:
        while True:
            sum(range(n["steps"]))
            time.sleep(n["seconds"])

    start(compute)
    control.work(listener, server, n["threads"], False)


def recycling(listener: Listener, server: Any, n: Parameters) -> None:
    """Processes are replaced after some requests."""
    rng = random.Random(n["seed"])
    children = 0
    while True:
        while children < n["processes"]:
            many = n["requests"] + rng.randrange(5)
            if os.fork() == 0:
                for _ in range(many):
                    control.serve(*listener.accept(), server)
                os._exit(0)
            children += 1
        os.wait()
        children -= 1


def forking(listener: Listener, server: Any, n: Parameters) -> None:
    """A process is forked for each request, up to a limit."""
    children = 0
    while True:
        while children >= n["processes"]:
            os.wait()
            children -= 1
        connection, address = listener.accept()
        if os.fork() == 0:
            control.serve(connection, address, server)
            os._exit(0)
        connection.close()
        children += 1
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                children -= 1


OWN: dict[str, Callable[[Listener, Any, Parameters], None]] = {
    style.__name__: style
    for style in (
        *(threads, greedy, executor, handed_over, out_of_order, polling, slow_accept),
        *(buffering, rejecting, growing, late, pausing, restless, recycling, forking),
        yielding,
    )
}

STYLES = OWN | {name: style.run for name, style in SLY.items()}


def numbers_of(style: str, rng: random.Random) -> Parameters:
    """Return random numbers for a style."""
    if style in SLY:
        return SLY[style].numbers(rng)
    processes, each = rng.randint(2, 3), rng.randint(1, 4)
    several = style in {"threads", "greedy", "yielding"}
    return {
        "processes": rng.randint(1, 3) if style == "threads" else processes,
        "threads": each if several else rng.randint(1, 7),
        "seconds": {
            "polling": rng.choice((0.002, 0.02, 0.1)),
            "slow_accept": rng.choice((0.005, 0.03)),
            "growing": rng.choice((0.1, 0.4)),
            "pausing": rng.choice((0.1, 0.3)),
            "restless": rng.choice((0.0, 0.001)),
        }.get(style, 0.0),
        "sleeps": [rng.uniform(0.2, 1.5) for _ in range(processes - 1)],
        "steps": rng.choice((100, 10_000)),
        "requests": rng.randint(7, 15),
        "random": rng.random() < 0.5,
        "answers": rng.random() < 0.5,
        "locks": rng.random() < 0.5,
        "seed": rng.random(),
    }


def capacity(style: str, n: Parameters) -> Capacity:
    """Return what is true of a style."""
    if style in SLY:
        most, least = SLY[style].most(n), SLY[style].least
        return Capacity(most, lambda offered: min(least(n, offered), most))
    shared = n["processes"] * n["threads"]
    of_style: dict[str, int] = {
        "threads": shared,
        "greedy": shared,
        "yielding": shared,
        "handed_over": n["processes"],
        "recycling": n["processes"],
        "forking": n["processes"],
        "late": 1 + len(n["sleeps"]),
    }
    most = of_style.get(style, int(n["threads"]))
    alone = int(n["threads"]) if style in {"greedy", "yielding"} else most
    return Capacity(most, lambda offered: min(offered, alone))


def comes_late(style: str, n: Parameters) -> bool:
    """Return whether some capacity appears later than the probe waits for it."""
    return style in SLY and bool(SLY[style].late(n))


def main() -> None:
    """Listen, and serve in one style."""
    from plain_app import app  # type: ignore[import-not-found,unused-ignore]

    host, port, style, numbers = sys.argv[1:]
    listener = control.listen(host, int(port))
    server = control.ControlServer(host, int(port), app)
    STYLES[style](listener, server, json.loads(numbers))


if __name__ == "__main__":
    main()
