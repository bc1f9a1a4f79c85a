"""The checked command cannot reach an engine in any indirect way."""

import importlib.util
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.deployment.isolation.layers import layer_problem
from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write_all

SAID = "refused: a check starts no containers"

BY_PATH = """\
#!/bin/sh
$CLIENT $OPTIONS run -d --name fcm-left -p 127.0.0.1:$PORT:8000 fcm-test-shop || exit 7
sleep 600
"""
# Libraries do this too, with an address that may be written in the app.
BY_SOCKET = """\
import http.client, json, os, socket, sys
path = os.environ["DOCKER_HOST"].removeprefix("unix://")
if "fixed" in sys.argv:
    path = "ADDRESS"
connection = http.client.HTTPConnection("engine")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect(path)
body = json.dumps({"Image": "fcm-test-shop"})
head = {"Content-Type": "application/json"}
connection.request("POST", "/containers/create?name=fcm-left", body, head)
sys.exit(f"OSError: {connection.getresponse().read()}")
"""
BY_LIBRARY = """\
import os, sys, time, docker
if "fixed" in sys.argv:
    client = docker.DockerClient(base_url="unix://ADDRESS")
else:
    client = docker.from_env()
ports = {"8000/tcp": ("127.0.0.1", int(os.environ["PORT"]))}
client.containers.run("fcm-test-shop", detach=True, name="fcm-left", ports=ports)
time.sleep(600)
"""


def address() -> str:
    """The address of the engine's socket."""
    given = os.environ.get("DOCKER_HOST", "unix:///run/docker.sock")
    path = given.removeprefix("unix://")
    if not Path(path).is_socket():
        pytest.skip("the engine is not reached by a socket")
    return path


def refused(check: Check, folder: Path, commands: Sequence[str]) -> None:
    """Check commands whose requests to an engine are refused.

    Some have the engine's address written out; these run only if the system allows a
    mount namespace.
    """
    if layer_problem(folder):
        commands = [command for command in commands if "fixed" not in command]
    named = {f"mine-{number}": command for number, command in enumerate(commands)}
    write_all(folder, named, "declared = 4", 'env = { PORT = "{port}" }')
    with untouched():
        checked = check(folder, "--start-seconds", "8")
    assert checked.code == 5
    reasons = {name: cell["reason"] for name, cell in checked.cells.items()}
    assert set(reasons) == set(named)
    assert {k: v for k, v in reasons.items() if SAID not in v} == {}


def test_a_docker_client_started_by_its_path_is_refused(
    check: Check, user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = address()
    monkeypatch.setenv("CLIENT", str(shutil.which("docker")))
    for name, options in (("one.sh", ""), ("fixed.sh", f"-H unix://{place}")):
        (tmp_path / name).write_text(BY_PATH.replace("$OPTIONS", options))
    refused(check, tmp_path, ["sh one.sh", "sh fixed.sh"])


def test_a_program_that_asks_an_engine_is_refused(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / "asks.py").write_text(BY_SOCKET.replace("ADDRESS", address()))
    shell = "sh -c 'exec python asks.py fixed'"
    refused(check, tmp_path, ["python asks.py", "python asks.py fixed", shell])


def test_dockers_python_library_is_refused(
    check: Check, user: User, tmp_path: Path
) -> None:
    if importlib.util.find_spec("docker") is None:
        pytest.skip("the library of Docker is not installed: nox -s containers")
    (tmp_path / "asks.py").write_text(BY_LIBRARY.replace("ADDRESS", address()))
    refused(check, tmp_path, ["python asks.py", "python asks.py fixed"])
