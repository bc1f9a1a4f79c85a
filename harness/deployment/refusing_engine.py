"""A stand-in for a container engine that refuses every request.

Whoever asks it, be it a client that was started by its path or a library, prints why.
"""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from harness.deployment.no_containers import NOWHERE
from harness.deployment.no_containers import REFUSED
from harness.deployment.no_containers import REMEDY
from harness.system.scratch import scratch_folder

MESSAGE = json.dumps({"message": f"{REFUSED} {REMEDY}"}).encode()
"""The error, in the form of Docker's Engine API (``ErrorResponse``)."""

MOST_BYTES = 103
"""How long the path of a Unix socket may be (``unix(7)``: 107; on macOS 103)."""

SHORT = "/tmp"

IDLE_SECONDS = 10.0
"""How long a connection may be idle."""


class _Refusal(BaseHTTPRequestHandler):
    """The only answer of this engine."""

    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        length = self.headers.get("Content-Length", "0")
        self.rfile.read(int(length) if length.isdecimal() else 0)
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(MESSAGE)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(MESSAGE)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *words: object) -> None:
        """Print nothing: the client prints the refusal."""


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def refusing_engine(folder: Path) -> Iterator[None]:
    """An engine at ``NOWHERE`` in a folder.

    Where that is too long for the path of a socket, it is a link to a shorter one.
    """
    path = folder / NOWHERE
    with contextlib.ExitStack() as stack:
        if len(os.fsencode(path)) > MOST_BYTES:
            short = stack.enter_context(scratch_folder(SHORT))
            short.chmod(0o711)
            path.symlink_to(short / NOWHERE)
        with contextlib.suppress(OSError):  # then there is no engine at all
            stack.enter_context(_serving(path.resolve()))
        yield


@contextlib.contextmanager
def _serving(path: Path) -> Iterator[None]:
    with _Server(os.fspath(path), _Refusal) as server:
        path.chmod(0o666)  # whoever the deployment runs as
        # How often the server checks whether it should end.
        wait = {"poll_interval": 0.1}
        thread = threading.Thread(target=server.serve_forever, kwargs=wait, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(IDLE_SECONDS)
            path.unlink(missing_ok=True)
