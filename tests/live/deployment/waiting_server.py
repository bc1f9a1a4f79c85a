"""gunicorn, and nginx in front of it, with requests that wait in the app for the test.

The app reports each request on a socket of the test's own, and waits there until it is
released.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from harness.system.ports import free_port

DEADLINE_SECONDS = 60.0

APP = """\
import os
import socket
from flask import Flask

app = Flask(__name__)

if port := os.environ.get("IMPORTS"):
    with socket.create_connection(("127.0.0.1", int(port))) as importing:
        importing.recv(1)

@app.get("/")
def index():
    return "ok"

@app.get("/stay")
def stay():
    with socket.create_connection(("127.0.0.1", int(os.environ["GATE"]))) as gate:
        gate.recv(1)
    return "ok"
"""

NGINX = """\
daemon off;
user root;
pid nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    proxy_read_timeout %s;
    upstream shop { %s keepalive 8; }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    server {
        listen 127.0.0.1:%d;
        location / { proxy_pass http://shop; }
    }
}
"""


class Gate:
    """Where requests in the app wait until they are released."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_SECONDS)
        self.port = self._listener.getsockname()[1]
        self._held: list[socket.socket] = []

    def entered(self) -> socket.socket:
        """Return the connection of the next request that has entered the app."""
        held, _ = self._listener.accept()
        self._held.append(held)
        held.settimeout(DEADLINE_SECONDS)
        return held

    def nobody_entered(self) -> bool:
        """Return whether no further request is in the app right now."""
        self._listener.setblocking(False)
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return True
        finally:
            self._listener.settimeout(DEADLINE_SECONDS)
        return False

    def close(self) -> None:
        """Release all requests."""
        for each in (self._listener, *self._held):
            each.close()


def is_in_the_app(held: socket.socket) -> bool:
    """Return whether a request that entered is still in the app."""
    held.setblocking(False)
    try:
        return held.recv(1) != b""
    except BlockingIOError:
        return True
    finally:
        held.settimeout(DEADLINE_SECONDS)


@contextmanager
def gunicorn(
    folder: Path, gate: Gate, *options: str, imports: Gate | None = None
) -> Iterator[int]:
    """Run gunicorn with these options until the block ends; yield its port.

    With ``imports``, each import of the app waits there, and the port may not be open
    yet.
    """
    (folder / "shop.py").write_text(APP)
    port = free_port("127.0.0.1")
    words = (sys.executable, "-m", "gunicorn", "--no-control-socket", *options)
    bind = ("--bind", f"127.0.0.1:{port}", "shop:app")
    variables = {"GATE": str(gate.port)}
    if imports is not None:
        variables["IMPORTS"] = str(imports.port)
    with _running(folder, port, (*words, *bind), waits=imports is None, **variables):
        yield port


@contextmanager
def nginx(folder: Path, patience: str, *behind: int) -> Iterator[int]:
    """Run nginx in front of ports, with a timeout for answers; yield its port."""
    port = free_port("127.0.0.1")
    servers = "".join(f"server 127.0.0.1:{each}; " for each in behind)
    (folder / "nginx.conf").write_text(NGINX % (patience, servers, port))
    program = shutil.which("nginx")
    assert program, "nginx is not on PATH; Debian and Ubuntu have it in nginx-light"
    words = (program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr")
    with _running(folder, port, words):
        yield port


@contextmanager
def _running(
    folder: Path,
    port: int,
    words: tuple[str, ...],
    waits: bool = True,
    **variables: str,
) -> Iterator[None]:
    """Run a server, wait for its port if asked to, and leave no process afterwards."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **variables},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if waits:
            _wait_until_open(process, port)
        yield
    finally:
        workers = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_SECONDS)
        _, alive = psutil.wait_procs(workers, DEADLINE_SECONDS)
        assert not alive


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"it ended with status {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"nothing listens on port {port}")


def when_open(port: int) -> Client:
    """Connect to a server that is about to listen."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return Client(port)
        except ConnectionRefusedError:
            assert time.monotonic() < end, f"nothing listens on port {port}"


class ClosesOnTheSecond:
    """A server that answers once on its first connection, and closes it at the next
    request.

    It acts like a server with an idle timeout. Every other connection is answered.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_SECONDS)
        self.port = self._listener.getsockname()[1]
        self.closed = False
        """Whether the first connection was closed."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        first, _ = self._listener.accept()
        with first:
            self._answer(first)
            first.recv(65536)
            self.closed = True
        with contextlib.suppress(OSError):  # after a POST, nobody connects
            other, _ = self._listener.accept()
            with other:
                self._answer(other)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(DEADLINE_SECONDS)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        """Close all connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE_SECONDS)


class Client:
    """A connection that stays open between requests."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(DEADLINE_SECONDS)

    def send(self, path: str, method: str = "GET") -> None:
        """Send a request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n"
        self._socket.sendall(head.encode())

    def status(self) -> int:
        """Return the status of the answer, or zero if the connection just ends."""
        answer = http.client.HTTPResponse(self._socket)
        try:
            answer.begin()
            answer.read()
        except (ConnectionError, http.client.BadStatusLine):
            return 0
        finally:
            answer.close()
        return answer.status

    def wait_until_closed(self) -> None:
        """Wait until the server has closed the connection, without reading that.

        A proxy that sends a request at that very moment is in the same situation.
        """
        self._socket.recv(1, socket.MSG_PEEK)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
