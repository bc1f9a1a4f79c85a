"""Keeps a deployment from reaching a container engine.

The sockets of engines are hidden, so that even clients started by their path, and
libraries, do not reach one. In their place is an engine that refuses everything and
says why.
"""

import contextlib
import json
import os
import re
import socketserver
import stat
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from harness.deployment.isolation.stand_ins import ENGINE
from harness.deployment.isolation.stand_ins import REFUSED
from harness.deployment.isolation.stand_ins import STARTS_NONE
from harness.records.files import text_if_there
from harness.system.scratch import scratch_folder

SOCKETS = (
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/containerd/containerd.sock",
)
"""Sockets of engines that run for all users."""

OF_A_USER = ("docker.sock", "podman/podman.sock")
"""The same in the folder ``XDG_RUNTIME_DIR`` of a user."""

NOWHERE = "no-containers.sock"
"""The name of the socket to which clients are led; it refuses everything."""

MESSAGE = json.dumps({"message": f"{REFUSED} {STARTS_NONE}"}).encode()
"""The error, in the form of Docker's Engine API (``ErrorResponse``)."""

MOST_BYTES = 103
"""How long the path of a Unix socket may be (``unix(7)``: 107; on macOS 103)."""

SHORT = "/tmp"

IDLE_SECONDS = 10.0
"""How long a connection may be idle."""


def is_socket(path: str | Path) -> bool:
    """Whether a text is the path of a Unix socket.

    A text that is too long for a path, such as a key, a format or a shell line, is not
    one. ``os.path.isfile`` and the like treat it the same.
    """
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def engine_sockets(variables: Mapping[str, str]) -> list[Path]:
    """The sockets of engines that exist, the default one first."""
    given = variables.get(ENGINE, "")
    own = variables.get("XDG_RUNTIME_DIR", "")
    named = [given.removeprefix("unix://")] if given.startswith("unix://") else []
    named += SOCKETS if own == "" else [*SOCKETS, *(f"{own}/{n}" for n in OF_A_USER)]
    named += _of_contexts(variables)
    resolved = (Path(os.path.realpath(each)) for each in named)
    return [path for path in dict.fromkeys(resolved) if is_socket(path)]


def _of_contexts(variables: Mapping[str, str]) -> list[str]:
    """The sockets in the contexts of Docker's client, which has a file for each.

    None if they cannot be looked at, as in the home folder of somebody else.
    """
    home = os.path.join(variables.get("HOME", ""), ".docker")
    folder = Path(variables.get("DOCKER_CONFIG") or home, "contexts", "meta")
    named: list[str] = []
    for file in sorted(folder.glob("*/meta.json")) if os.path.isdir(folder) else ():
        text = text_if_there(file)
        named += re.findall(r'"Host"\s*:\s*"unix://([^"]+)"', text)
    return named


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

    If that path is too long for a socket, it is a link to a shorter one.
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
