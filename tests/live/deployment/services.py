"""Services for places inside an app, on loopback and stopped after each test.

If a service is not installed, the test is skipped with a reason.
"""

import contextlib
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from harness.system.ports import free_port

START_SECONDS = 30.0


@contextlib.contextmanager
def _running(
    words: Sequence[str], folder: Path, user: str | None, ready: str
) -> Iterator[None]:
    """Run a program that reports when it is ready, and end all of its processes."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, user=user, cwd=folder, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while ready not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        own = [psutil.Process(process.pid)]
        own += own[0].children(recursive=True)
        process.terminate()
        process.wait(START_SECONDS)
        assert psutil.wait_procs(own, timeout=START_SECONDS)[1] == []


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a temporary PostgreSQL, without the name of a driver."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = programs[-1] if programs else shutil.which("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL is not here; Debian has it in the package postgresql")
    # Not below pytest's folder, which each run of pytest closes to other users.
    with tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp") as name:
        yield from _postgres(Path(initdb), Path(name))


def _postgres(initdb: Path, folder: Path) -> Iterator[str]:
    user = "postgres" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port("127.0.0.1")
    made = [str(initdb), "-D", str(data), "-U", "shop", "-A", "trust", "--no-sync"]
    done = subprocess.run(made, user=user, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"PostgreSQL does not start here: {done.stderr.strip()}")
    server = [str(initdb.with_name("postgres")), "-D", str(data)]
    server += ["-p", str(port), "-h", "127.0.0.1", "-k", ""]
    with _running(server, folder, user, "ready to accept connections"):
        yield f"shop@127.0.0.1:{port}/postgres"


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a temporary Redis that stores nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not here; Debian has it in the package redis-server")
    folder, port = tmp_path_factory.mktemp("redis"), free_port("127.0.0.1")
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    words += ["--daemonize", "no", "--dir", str(folder)]
    with _running(words, folder, None, "eady to accept connections"):
        yield port


class _Answering(http.server.BaseHTTPRequestHandler):
    """Answers each request with a word."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"word")

    log_message: Callable[..., None] = lambda *_: None


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a service that an app calls over HTTP."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
