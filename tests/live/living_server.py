"""A server whose life is known: it is reloaded, scaled and ended in one known way.

``living_server.py HOST PORT WAY``. A master with three workers, each of which serves
one request at a time. Run by the live tests, never by a user.

``gently``
    SIGHUP starts new workers, and ends the old ones once these are ready. A worker that
    is told to end finishes its request. SIGTTIN and SIGTTOU start and end one worker;
    one that ended is replaced. SIGTERM ends all workers, then the master.
``harshly``
    SIGHUP kills all workers, and then starts new ones. SIGTERM kills all workers.
``never``
    Like ``gently``, but SIGTERM is ignored.
``impatiently``
    Like ``gently``; a worker whose request takes longer than two seconds is killed.
``renewing``
    Like ``gently``; each worker ends after fifteen requests.
"""

import os
import select
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parents[2] / "harness" / "target"))

import control  # type: ignore[import-not-found]  # noqa: E402

PLACES = 3
PATIENCE_SECONDS = 2
REQUESTS = 15


class Worker:
    """A process that serves one request at a time."""

    def __init__(self, listener: socket.socket, way: str, ready: int) -> None:
        self._busy = self._ending = False
        signal.signal(signal.SIGTERM, self._end)
        for number in (signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        import app  # type: ignore[import-not-found]

        server = control.ControlServer(*listener.getsockname(), app.app)
        os.write(ready, b"r")
        served = 0
        while not self._ending and not (way == "renewing" and served >= REQUESTS):
            connection, address = listener.accept()
            self._busy = True
            if way == "impatiently":
                signal.alarm(PATIENCE_SECONDS)
            control.serve(connection, address, server)
            signal.alarm(0)
            self._busy = False
            served += 1

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True
        if not self._busy:
            os._exit(0)


class Master:
    """Starts, replaces and ends workers."""

    def __init__(self, listener: socket.socket, way: str) -> None:
        self._listener = listener
        self._way = way
        self._wanted = PLACES
        self._workers: list[int] = []
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (
            *(signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU),
            *(signal.SIGTERM, signal.SIGCHLD),
        ):
            signal.signal(number, lambda *_: None)

    def run(self) -> None:
        """Act on signals, forever."""
        self._start(PLACES)
        while True:
            for number in os.read(self._wake, 64):
                self._take(number)

    def _take(self, number: int) -> None:
        harsh = self._way == "harshly"
        if number == signal.SIGCHLD:
            self._reap()
        elif number == signal.SIGHUP:
            old = list(self._workers)
            if harsh:
                self._send(old, signal.SIGKILL)
                self._reap(len(old))
            else:
                self._start(PLACES)
                self._send(old, signal.SIGTERM)
        elif number == signal.SIGTTIN:
            self._wanted += 1
            self._start(1)
        elif number == signal.SIGTTOU:
            self._wanted -= 1
            self._send(self._workers[:1], signal.SIGTERM)
        elif number == signal.SIGTERM and self._way != "never":
            self._wanted = 0
            self._send(self._workers, signal.SIGKILL if harsh else signal.SIGTERM)
            self._reap(len(self._workers))
            sys.exit(0)

    def _start(self, count: int) -> None:
        """Start workers, and wait until each is ready."""
        read, ready = os.pipe()
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                Worker(self._listener, self._way, ready)
                os._exit(0)
            self._workers.append(pid)
        os.close(ready)
        for _ in range(count):
            select.select([read], [], [])
            os.read(read, 1)
        os.close(read)

    def _send(self, workers: list[int], number: int) -> None:
        for worker in workers:
            os.kill(worker, number)

    def _reap(self, at_least: int = 0) -> None:
        """Reap ended workers, and replace missing ones."""
        while self._workers:
            pid, _ = os.waitpid(-1, 0 if at_least > 0 else os.WNOHANG)
            if pid == 0:
                break
            at_least -= 1
            self._workers.remove(pid)
        if len(self._workers) < self._wanted:
            self._start(self._wanted - len(self._workers))


def main() -> None:
    """Listen, and live in one way."""
    host, port, way = sys.argv[1:]
    Master(control.listen(host, int(port)), way).run()


if __name__ == "__main__":
    main()
