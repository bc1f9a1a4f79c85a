"""Containers that were started are removed, and a missing engine is reported."""

import asyncio
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import psutil
import pytest
import yaml

from harness.system.process import running
from harness.system.process import SomethingLeft
from harness.system.spawn import Command
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import EXAMPLES

EXAMPLE = EXAMPLES / "compose-nginx"
SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


def owned(folder: Path, *remove: str, command: tuple[str, ...] = SLEEP) -> None:
    """Start a command and stop it; ``remove`` is run in between."""

    async def start_and_stop() -> None:
        one = Command(command, os.environ, folder, folder / "log", remove)
        async with running(one) as server:
            if command is not SLEEP:
                await asyncio.wait_for(server.ended, 20)

    asyncio.run(start_and_stop())


def test_containers_started_for_a_check_are_removed_on_stop(tmp_path: Path) -> None:
    (tmp_path / "container").touch()
    owned(tmp_path, "rm", "container")
    assert not (tmp_path / "container").exists()


def test_a_failed_removal_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SomethingLeft, match="exited with status 1"):
        owned(tmp_path, "rm", "container")
    # A client that exited by itself had no engine, or its container has ended.
    owned(tmp_path, "rm", "container", command=("true",))


HARNESS = """\
import asyncio, os, sys
from pathlib import Path
from harness.system.spawn import Command
from harness.system.process import running
async def main():
    argv = [sys.executable, "-c", "import time; time.sleep(600)"]
    command = Command(argv, os.environ, Path(), Path("log"), remove=["rm", "c"])
    async with running(command):
        print("started", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def test_a_container_is_removed_even_if_the_harness_is_killed(tmp_path: Path) -> None:
    (tmp_path / "c").touch()
    root = Path(__file__).parents[3]
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
    )
    assert harness.stdout is not None
    with harness.stdout as output:
        assert output.readline() == b"started\n"
        tree = psutil.Process(harness.pid).children(recursive=True)
        harness.send_signal(signal.SIGKILL)
        harness.wait(20)
    _, alive = psutil.wait_procs(tree, timeout=20)
    assert not alive and not (tmp_path / "c").exists()


CLIENT = """\
#!/bin/sh
echo 'Cannot connect to the Docker daemon at unix:///x. Is it running?' >&2
exit 1
"""


def test_an_unreachable_engine_is_reported(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = write_program(tmp_path / "bin" / "docker", CLIENT)
    path = os.pathsep.join((str(client.parent), os.environ["PATH"]))
    monkeypatch.setenv("PATH", path)
    checked = check(EXAMPLE)
    assert checked.code == 5
    assert "cannot reach the Docker engine: Cannot connect" in checked.message
    assert checked.cells["compose"]["outcome"] == "not started"


# Podman's service behind Docker's client, and Podman renamed to docker.
SERVICE = """\
#!/bin/sh
case "$*" in
version*) echo '4.3.1,Podman Engine,Conmon,OCI Runtime (runc)' ;;
*) exit 1 ;;
esac
"""
PODMAN = """\
#!/bin/sh
case "$*" in
--version) echo 'podman version 4.3.1' ;;
*) echo 'Error: template: cannot evaluate field Components' >&2; exit 125 ;;
esac
"""


@pytest.mark.parametrize(
    ("text", "name"), [(SERVICE, "Podman Engine 4.3.1"), (PODMAN, "Podman 4.3.1")]
)
def test_an_engine_other_than_docker_is_refused(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str
) -> None:
    client = write_program(tmp_path / "bin" / "docker", text)
    path = os.pathsep.join((str(client.parent), os.environ["PATH"]))
    monkeypatch.setenv("PATH", path)
    checked = check(EXAMPLE)
    assert checked.code == 2
    assert f"command: goes to {name}, and containers are checked" in checked.message


def test_the_files_of_the_example_agree() -> None:
    file = tomllib.loads((EXAMPLE / "concurrency.toml").read_text())
    (deployment,) = file["deployment"]
    assert deployment["command"].startswith("docker compose up")
    services = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())["services"]
    (port,) = services["web"]["ports"]
    assert set(deployment["env"]) == {"PORT"} and "${PORT:-8080}" in port
    assert "proxy_pass http://app:8000;" in (EXAMPLE / "nginx.conf").read_text()
    assert "0.0.0.0:8000" in (EXAMPLE / "Dockerfile").read_text()
