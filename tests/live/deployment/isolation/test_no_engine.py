"""The stand-in for the user's engine refuses everything, with a reason."""

import http.client
import json
import socket
from pathlib import Path

import pytest

from harness.deployment.isolation.no_engine import NOWHERE
from harness.deployment.isolation.no_engine import refusing_engine


def request(
    path: Path, method: str, target: str, body: bytes = b""
) -> tuple[int, bytes]:
    """Send a request to the engine at a path, and return status and body."""
    connection = http.client.HTTPConnection("engine", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(20)
    connection.sock.connect(str(path.resolve()))
    connection.request(method, target, body)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("depth", [0, 5])
def test_every_request_is_refused(tmp_path: Path, depth: int) -> None:
    # A second time in a folder whose path is too long for a socket.
    folder = tmp_path.joinpath(*["folder-with-a-long-name"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    with refusing_engine(folder):
        path = folder / NOWHERE
        real = path.resolve()
        for method in ("GET", "POST", "DELETE"):
            status, body = request(path, method, "/containers/create", b"x" * 100_000)
            assert status == 403
            assert "refused: a check starts no" in json.loads(body)["message"]
        assert request(path, "HEAD", "/_ping") == (403, b"")
    assert not real.parent.exists() or real.parent == folder
    assert not path.is_socket()
