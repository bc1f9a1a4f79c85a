"""A WSGI server that goes wrong in one known way; run by the live tests, never a user.

``odd_server.py HOST PORT WAY``, where each way is a function. It is built from the
parts of the control, so that only the intended behaviour is odd.
"""

import contextlib
import fcntl
import hashlib
import itertools
import os
import select
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait
from pathlib import Path
from typing import Any
from typing import cast
from wsgiref.simple_server import ServerHandler

sys.path.insert(0, str(Path(__file__).parents[2] / "harness" / "target"))

import control  # type: ignore[import-not-found]  # noqa: E402
import flask  # noqa: E402
import known_server  # type: ignore[import-not-found]  # noqa: E402

Listener = socket.socket


def work(listener: Listener, server: Any, threads: int = 1) -> None:
    """Run an ordinary worker process of the control."""
    control.work(listener, server, threads, False)


def late(listener: Listener, server: Any) -> None:
    """Two workers, the second of which sleeps while it boots."""
    known_server.late(listener, server, {"sleeps": [1.2]})


def sleeps_on(listener: Listener, server: Any) -> None:
    """Two at a time, and a thread that sleeps for an hour before it takes requests."""

    def later() -> None:
        time.sleep(3600)
        work(listener, server)

    threading.Thread(target=later, daemon=True).start()
    work(listener, server, 2)


def app_forks(listener: Listener, server: Any) -> None:
    """A master and two workers; in each, the app forks a child that keeps sleeping."""
    for _ in range(2):
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(3600)
            known_server.greedy(listener, server, {"processes": 1, "threads": 2})
    signal.pause()


def app_forks_alone(listener: Listener, server: Any) -> None:
    """Two at a time, and a child that takes requests after a long sleep."""
    if os.fork() == 0:
        time.sleep(45)
    work(listener, server, 2)


def overbooks(listener: Listener, server: Any) -> None:
    """Two workers that accept two connections each, like gunicorn 21 to 23.

    A worker with two connections looks at no other before a request has ended, even if
    none has begun: then it computes forever.
    """
    known_server.fork(2)
    listener.setblocking(False)
    poller, pool = selectors.DefaultSelector(), ThreadPoolExecutor(2)
    poller.register(listener, selectors.EVENT_READ)
    running: set[Future[None]] = set()
    silent = 0
    while True:
        if silent + len(running) < 2:
            for key, _ in poller.select(1.0):
                if key.fileobj is listener:
                    with contextlib.suppress(BlockingIOError):
                        connection, address = listener.accept()
                        poller.register(connection, selectors.EVENT_READ, address)
                        silent += 1
                else:
                    connection = cast(socket.socket, key.fileobj)
                    poller.unregister(connection)
                    connection.setblocking(True)
                    serve = control.serve
                    running.add(pool.submit(serve, connection, key.data, server))
                    silent -= 1
        timeout = 0.0 if silent + len(running) < 2 else 1.0
        running = set(wait(running, timeout, FIRST_COMPLETED).not_done)


def joins_in(listener: Listener, server: Any) -> None:
    """A worker, and its master, which takes requests itself after a while.

    That is 2.5 s after the first request was held: the second round has begun by then,
    also on a slow machine that takes long to start this server.
    """
    app, (told, tell) = server.application, os.pipe()

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/hold":
            os.write(tell, b".")
        return app(environ, start_response)

    if os.fork() == 0:
        server.application = called
    else:
        os.read(told, 1)
        time.sleep(2.5)
    work(listener, server)


def asks_first(listener: Listener, server: Any) -> None:
    """Three at a time; each request waits for another program before it enters the app.

    Here that takes 1.2 s.
    """
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        time.sleep(1.2)
        return app(environ, start_response)

    server.application = called
    work(listener, server, 3)


def asks_now_and_then(listener: Listener, server: Any) -> None:
    """Three at a time; now and then one sleeps before it enters the app."""
    app, number = server.application, itertools.count()

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if next(number) % 5 == 4:
            time.sleep(2.2)
        return app(environ, start_response)

    server.application = called
    work(listener, server, 3)


def recycles(listener: Listener, server: Any) -> None:
    """Two workers, one at a time; each is replaced after five requests."""

    def serve() -> None:
        for _ in range(5):
            control.serve(*listener.accept(), server)
        os._exit(0)

    children = 0
    while True:
        while children < 2:
            if os.fork() == 0:
                serve()
            children += 1
        os.wait()
        time.sleep(0.05)
        children -= 1


def boots_in_turn(listener: Listener, server: Any) -> None:
    """Four workers that boot one after another, 0.8 s each, as if each migrated.

    The parent of the others always serves first: a process with children is not counted
    among the workers until it has held a request.
    """
    first = open("migrate.lock", "w")
    fcntl.flock(first, fcntl.LOCK_EX)
    for _ in range(3):
        if os.fork() == 0:
            first.close()
            first = open("migrate.lock", "w")
            fcntl.flock(first, fcntl.LOCK_EX)
            break
    with first:
        time.sleep(0.8)
    work(listener, server)


def boots_computing(listener: Listener, server: Any) -> None:
    """Three workers; the last two compute for four seconds before they listen."""
    for _ in range(2):
        if os.fork() == 0:
            begun = time.monotonic()
            while time.monotonic() - begun < 4:
                sum(range(1000))
            break
    work(listener, server)


def greedy(listener: Listener, server: Any) -> None:
    """Two workers of four threads; each accepts every connection that it can."""
    known_server.greedy(listener, server, {"processes": 2, "threads": 4})


def restless_pair(listener: Listener, server: Any) -> None:
    """Two workers of two threads; each starts to compute at its first request."""
    os.fork()
    computing: list[threading.Thread] = []

    def begin() -> None:
        if not computing:
            computing.append(threading.Thread(target=compute_for_ever, daemon=True))
            computing[0].start()

    beside_each_request(server, begin)
    work(listener, server, 2)


def deaf(listener: Listener, server: Any) -> None:
    """Two workers, one of which accepts its first connection and never runs it."""
    if os.fork() == 0:
        time.sleep(0.2)  # leaves the readiness request to the other worker
        listener.accept()[0].recv(1)
        signal.pause()
    work(listener, server)


def turns_away(listener: Listener, server: Any) -> None:
    """Three at a time; excess requests are answered 503 without entering the app."""
    known_server.rejecting(listener, server, {"threads": 3, "answers": True})


def short_queue(listener: Listener, server: Any) -> None:
    """One at a time, and a listen backlog of five."""
    listener.listen(5)
    work(listener, server)


def newest_first(listener: Listener, server: Any) -> None:
    """One at a time, the newest of the waiting requests."""
    numbers = {"threads": 1, "random": False, "seed": 0}
    known_server.out_of_order(listener, server, numbers)


def takes_all(listener: Listener, server: Any) -> None:
    """The same with a short listen backlog, which is emptied again and again."""
    listener.listen(5)
    newest_first(listener, server)


def hoards(listener: Listener, server: Any) -> None:
    """Four at a time; each keeps twenty megabytes while it is in the app."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        hoard = b"1" * 20_000_000
        answer = app(environ, start_response)
        del hoard
        return answer

    server.application = called
    work(listener, server, 4)


def spawns(listener: Listener, server: Any) -> None:
    """A thread for each connection; without a thread, the connection is closed."""
    while True:
        try:
            connection, address = listener.accept()
        except OSError:
            time.sleep(0.02)  # no open file is left for it
            continue
        arguments = connection, address, server
        thread = threading.Thread(target=control.serve, args=arguments, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            connection.close()


def spawns_blindly(listener: Listener, server: Any) -> None:
    """A thread for each connection; without a thread, the server ends."""
    while True:
        arguments = (*listener.accept(), server)
        threading.Thread(target=control.serve, args=arguments, daemon=True).start()


def forgets(listener: Listener, server: Any) -> None:
    """One at a time; from the twentieth on, every third is cut off in its turn."""
    turn = 0
    while True:
        connection, address = listener.accept()
        request = connection.recv(65_536, socket.MSG_PEEK)
        turn += b"r" in request.partition(b"request=")[2][:1]
        if turn > 20 and turn % 3 == 0:
            connection.close()
        else:
            control.serve(connection, address, server)


def exits(listener: Listener, server: Any) -> None:
    """Exit before any answer."""
    print("no configuration, giving up", flush=True)
    sys.exit(3)


def silent(listener: Listener, server: Any) -> None:
    """Accept (the kernel does) and never answer."""
    signal.pause()


def loud(listener: Listener, server: Any) -> None:
    """Print ten megabytes, then serve two at a time."""
    for number in range(10 * 1024):
        print(f"{number:08}".ljust(1023, "."), flush=True)
    work(listener, server, 2)


def errors(listener: Listener, server: Any) -> None:
    """Answer 500 to everything, like uWSGI when the app cannot be imported."""
    while True:
        connection, _ = listener.accept()
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno")
        connection.close()


def warms_up(listener: Listener, server: Any) -> None:
    """Answer 503 to everything for two seconds, like a proxy until an app listens.

    Then serve two at a time.
    """
    app, begun = server.application, time.monotonic()

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if time.monotonic() - begun < 2:
            start_response("503 Not Yet", [("Content-Length", "0")])
            return [b""]
        return app(environ, start_response)

    server.application = called
    work(listener, server, 2)


def dies(listener: Listener, server: Any) -> None:
    """Two threads; end the process when the tenth connection arrives."""
    accepted = 0

    def watch() -> None:
        nonlocal accepted
        while True:
            connection, address = listener.accept()
            accepted += 1
            if accepted == 10:
                os._exit(7)
            control.serve(connection, address, server)

    threading.Thread(target=watch, daemon=True).start()
    watch()


def dies_calling(listener: Listener, server: Any) -> None:
    """One thread; end the process when a request is to call its own server."""
    app = server.application

    def watch(environ: dict[str, Any], start_response: Any) -> Any:
        if "call=" in environ["QUERY_STRING"]:
            os._exit(7)
        return app(environ, start_response)

    server.application = watch
    work(listener, server)


def lets_others_compute(listener: Listener, server: Any) -> None:
    """Three threads, which compute in C without the interpreter lock."""
    import app  # type: ignore[import-not-found]
    import hold  # type: ignore[import-not-found,unused-ignore]

    block = bytes(1_000_000)

    def compute(request: str, steps: int) -> None:
        hold.hold(request)
        for _ in range(1 + steps // 10_000):
            hashlib.sha256(block)
        hold.hold(request + ".out")

    app.compute = compute
    work(listener, server, 3)


def kills_front(listener: Listener, server: Any) -> None:
    """One thread; end the proxy in front when the fifth connection arrives."""
    accepted = 0
    while True:
        connection, address = listener.accept()
        accepted += 1
        if accepted == 5:
            os.kill(int(Path("front/nginx.pid").read_text()), signal.SIGKILL)
        control.serve(connection, address, server)


def stubborn(listener: Listener, server: Any) -> None:
    """Ignore every signal that can be ignored, and serve two at a time."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    work(listener, server, 2)


def parent(listener: Listener, server: Any) -> None:
    """Leave a daemon behind: a grandchild in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                signal.pause()
        os._exit(0)
    os.wait()
    work(listener, server, 2)


def breaks(listener: Listener, server: Any) -> None:
    """One worker, replaced forever; it ends as soon as it has reported to be held."""
    import hold

    def held() -> None:
        host, port = os.environ["FLASK_CONCURRENCY_PROBE"].split(":")
        connection = socket.create_connection((host, int(port)))
        connection.sendall(hold.introduction(flask.request.args["request"]))
        os._exit(9)

    server.application.view_functions["held"] = held
    while True:
        if os.fork() == 0:
            work(listener, server)
        os.wait()


def report(line: bytes) -> socket.socket:
    """Send a line to the probe, as a request in the app does."""
    host, port = os.environ["FLASK_CONCURRENCY_PROBE"].split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(line + b"\n")
    return connection


def beside_each_request(server: Any, odd: Callable[[], None]) -> None:
    """Do something odd before each request that is to be held."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if "request=" in environ["QUERY_STRING"]:
            odd()
        return app(environ, start_response)

    server.application = called


def invents(listener: Listener, server: Any) -> None:
    """Two at a time; each reports fifty requests that do not exist."""
    import hold

    number = itertools.count()

    def invent() -> None:
        for _ in range(50):
            kept.append(report(hold.introduction(f"r9.{next(number)}").strip()))

    kept: list[socket.socket] = []
    beside_each_request(server, invent)
    work(listener, server, 2)


def vouches(listener: Listener, server: Any) -> None:
    """One at a time; while others wait, it reports one of them as already in the app.

    That one is answered in its turn without entering, so that all sums agree.
    """
    import hold

    app, vouched = server.application, set()

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        name = environ["QUERY_STRING"].partition("request=")[2]
        if name in vouched:
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        waits = name and select.select([listener], [], [], 0.2)[0]
        if waits and name.endswith(".0"):
            other = name.removesuffix("0") + "1"
            vouched.add(other)
            threading.Thread(target=hold.hold, args=(other,), daemon=True).start()
        return app(environ, start_response)

    server.application = called
    work(listener, server)


def answers_first(listener: Listener, server: Any) -> None:
    """Two at a time; each is answered at once, and enters the app afterwards."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if "request=" not in environ["QUERY_STRING"]:
            return app(environ, start_response)
        behind = threading.Thread(
            target=app, args=(dict(environ), lambda *_: None), daemon=True
        )
        behind.start()
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    server.application = called
    work(listener, server, 2)


def keeps(listener: Listener, server: Any) -> None:
    """Two at a time; requests to be held wait in front of the app forever."""
    beside_each_request(server, signal.pause)
    work(listener, server, 2)


def babbles(listener: Listener, server: Any) -> None:
    """Two at a time, and all kinds of nonsense for the probe before each."""
    import hold

    good = hold.introduction("r1.0").strip().decode()
    token = os.environ["FLASK_CONCURRENCY_TOKEN"]
    lines = [
        good.replace("r1.0", "\\ud800"),
        good.replace(token, "\\ud800"),
        good.replace(token, "\u00e9"),
        good.replace('"process"', '"proces"'),
        good.replace(str(os.getpid()), "9" * 40),
        good[:-5],
        "{" * 4000,
        "",
    ]

    def babble() -> None:
        for line in lines:
            report(line.encode()).close()
        report(b"\xff\x00" * 9000).close()

    beside_each_request(server, babble)
    work(listener, server, 2)


def compute_for_ever() -> None:
    """Compute forever."""
    while True:
        sum(range(10_000))


def restless(listener: Listener, server: Any) -> None:
    """Two at a time, beside a thread that never stops computing."""
    threading.Thread(target=compute_for_ever, daemon=True).start()
    work(listener, server, 2)


def impatient(listener: Listener, server: Any) -> None:
    """One at a time; close a connection that was silent for two seconds."""
    control.Handler.timeout = 2.0
    work(listener, server)


def gone(connection: socket.socket) -> bool:
    """Return whether a client has reset its connection."""
    poll = select.poll()
    poll.register(connection, 0)
    return bool(poll.poll(0))


def drops(listener: Listener, server: Any) -> None:
    """One at a time, and only requests whose client is still there."""
    while True:
        connection, address = listener.accept()
        if gone(connection):
            connection.close()
        else:
            control.serve(connection, address, server)


def follows(listener: Listener, server: Any) -> None:
    """Two at a time, each in a process that is killed when its client has left."""

    def serve(connection: socket.socket, address: object) -> None:
        process = os.fork()
        if process == 0:
            control.serve(connection, address, server)
            os._exit(0)
        poll = select.poll()
        poll.register(connection, 0)
        poll.register(ended := os.pidfd_open(process), select.POLLIN)
        if poll.poll()[0][0] == connection.fileno():
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(ended)
        connection.close()

    def serve_forever() -> None:
        while True:
            serve(*listener.accept())

    threading.Thread(target=serve_forever, daemon=True).start()
    serve_forever()


def finishes(listener: Listener, server: Any) -> None:
    """Run a worker that finishes its request on SIGTERM, and then ends."""
    busy = end = False

    def finish(*_: object) -> None:
        nonlocal end
        end = True
        if not busy:
            os._exit(0)

    signal.signal(signal.SIGTERM, finish)
    while not end:
        accepted = listener.accept()
        busy = True
        control.serve(*accepted, server)
        busy = False
    os._exit(0)


def replaces(listener: Listener, server: Any) -> None:
    """Two workers, replaced forever; on SIGTERM they finish, then the server ends."""
    workers: set[int] = set()
    end = False

    def finish(*_: object) -> None:
        nonlocal end
        end = True
        for worker in workers:
            os.kill(worker, signal.SIGTERM)

    while workers or not end:
        while not end and len(workers) < 2:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if (worker := os.fork()) == 0:
                finishes(listener, server)
            workers.add(worker)
            signal.signal(signal.SIGTERM, finish)
        workers.remove(os.wait()[0])


class Lasting(control.Handler):  # type: ignore[misc]
    """Answers all requests of a connection, one after the other."""

    reloaded = threading.Event()
    next_ones = itertools.count()

    def handle(self) -> None:
        """After a reload, answer one request, cut one off, and let the others wait."""
        for number in itertools.count():
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                return
            if number and self.reloaded.is_set():
                if (which := next(self.next_ones)) == 1:
                    return
                if which > 1:
                    threading.Event().wait()
            run: Any = ServerHandler(
                self.rfile, self.wfile, self.get_stderr(), self.get_environ()
            )
            run.http_version, run.request_handler = "1.1", self
            run.run(self.server.get_app())


def hesitates(listener: Listener, server: Any) -> None:
    """Two at a time. Connections stay open; after SIGHUP, few get another answer."""
    signal.signal(signal.SIGHUP, lambda *_: Lasting.reloaded.set())
    places, app = threading.Semaphore(2), server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        with places:
            return app(environ, start_response)

    def serve(connection: socket.socket, address: object) -> None:
        with contextlib.suppress(OSError):
            Lasting(connection, address, server)
        connection.close()

    server.application = called
    while True:
        threading.Thread(target=serve, args=listener.accept(), daemon=True).start()


def health_port(listener: Listener, server: Any) -> None:
    """Two at a time; another thread answers on a port of its own."""
    health = control.listen("127.0.0.1", int(os.environ["HEALTH_PORT"]))
    beside = control.ControlServer("127.0.0.1", int(os.environ["HEALTH_PORT"]), healthy)
    threading.Thread(
        target=control.work, args=(health, beside, 1, False), daemon=True
    ).start()
    work(listener, server, 2)


def healthy(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """An app that answers everything at once."""
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def slow_health(listener: Listener, server: Any) -> None:
    """Two at a time; any request but the probe's takes 0.7 seconds."""
    app = server.application

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/healthz":
            time.sleep(0.7)
            return healthy(environ, start_response)
        return app(environ, start_response)

    server.application = called
    work(listener, server, 2)


def main() -> None:
    """Listen, and go wrong in one way."""
    from app import app

    host, port, way = sys.argv[1], int(sys.argv[2]), sys.argv[3].replace("-", "_")
    go_wrong = globals()[way]
    go_wrong(control.listen(host, port), control.ControlServer(host, port, app))


if __name__ == "__main__":
    main()
