"""The engine that replaces the user's refuses everything, and says why."""

import http.client
import json
import socket
from pathlib import Path

import pytest

from harness.deployment.isolation.no_engine import NOWHERE
from harness.deployment.isolation.no_engine import refusing_engine


def asked(path: Path, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
    """What the engine at a path answers."""
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
def test_everything_is_refused(tmp_path: Path, depth: int) -> None:
    # At a depth at which the path is too long for a socket as well.
    folder = tmp_path.joinpath(*["folder-with-a-long-name"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    with refusing_engine(folder):
        path = folder / NOWHERE
        real = path.resolve()
        for method in ("GET", "POST", "DELETE"):
            status, body = asked(path, method, "/containers/create", b"x" * 100_000)
            assert status == 403
            assert "refused: a check starts no" in json.loads(body)["message"]
        assert asked(path, "HEAD", "/_ping") == (403, b"")
    assert not real.parent.exists() or real.parent == folder
    assert not path.is_socket()
