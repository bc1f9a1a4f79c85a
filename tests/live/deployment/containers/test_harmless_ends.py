"""However a check ends, nothing of it is left, and the user's things are all there.

This holds for the engine, the working tree and temporary files.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from harness.deployment.containers import labels
from tests.live.deployment.conftest import ROOT
from tests.live.deployment.containers.conftest import COMPOSE
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import RUN
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write
from tests.live.deployment.containers.conftest import write_all

SECONDS = 120.0


def as_in_a_terminal() -> None:
    """Reset all signal handlers, however these tests were started."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Began:
    """A check in a process of its own, with a folder for all temporary files."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder.parent / "temporary"
        self.temporary.mkdir()
        self.results = folder.parent / "results"
        words = [sys.executable, "-m", "harness", "check", "--ask", "overlap"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary)}
        self.process = subprocess.Popen(
            [*words, "--results", str(self.results), "--start-seconds", "60"],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=as_in_a_terminal,
        )

    def wait_for(self, moment: Callable[[], object]) -> None:
        """Wait until a condition holds while the check runs."""
        until = time.monotonic() + SECONDS
        while not moment():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)

    def end(self, number: int) -> bytes:
        """Send a signal, as a terminal does, and wait until everything has ended."""
        tree = psutil.Process(self.process.pid).children(recursive=True)
        os.kill(self.process.pid, number)
        out, _ = self.process.communicate(timeout=SECONDS)
        assert not psutil.wait_procs(tree, timeout=SECONDS)[1]
        return out


def exists() -> str:
    """Return whether a container of a check exists."""
    return docker("ps", "--all", "--quiet", "--filter", f"label={labels.RUN}")


def answers() -> bool:
    """Return whether the server in it has started. Its app sleeps before it answers."""
    return (
        bool(exists())
        and "Booting worker"
        in subprocess.run(
            ["docker", "logs", exists().split()[0]], capture_output=True, text=True
        ).stderr
    )


def builds() -> bytes:
    """Return whether an image is being built, one step of which sleeps."""
    return subprocess.run(["pgrep", "-f", "sleep 4321"], capture_output=True).stdout


PROJECT = (
    COMPOSE
    + """\
    container_name: shop
    environment: { SLEEP: "4321" }
    volumes: [".:/code", "data:/data"]
volumes:
  data: { name: shop_production }
"""
)

BUILT = COMPOSE.replace("image: fcm-test-shop", "build: .")

DOCKERFILE = f"FROM {IMAGE}\nRUN touch /made && sleep 4321\n"


@pytest.mark.parametrize(
    ("moment", "number", "status"),
    [
        (exists, signal.SIGTERM, 130),
        (exists, signal.SIGKILL, -signal.SIGKILL),
        (answers, signal.SIGINT, 130),
        (answers, signal.SIGHUP, 130),
        (builds, signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_an_interrupted_check_of_a_project_leaves_nothing(
    user: User,
    tmp_path: Path,
    moment: Callable[[], object],
    number: signal.Signals,
    status: int,
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    name = user.volume("shop_production")
    user.container("shop")
    (folder / "shop.db").write_text("rows\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "compose.yaml").write_text(BUILT if moment is builds else PROJECT)
    write(folder, "docker compose up", "declared = 4", 'env = { PORT = "{port}" }')
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with untouched():
        began = Began(folder)
        began.wait_for(moment)
        began.end(number)
    assert began.process.returncode == status
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert list(began.temporary.iterdir()) == []
    assert user.rows(name) == "production"


def test_a_killed_check_of_docker_run_leaves_nothing(
    user: User, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    user.container("shop")
    options = "--name shop --env SLEEP=4321 -v data:/data"
    write(folder, f"{RUN} {options} {IMAGE}", "declared = 4")
    with untouched():
        began = Began(folder)
        began.wait_for(answers)
        began.end(signal.SIGKILL)
    assert list(began.temporary.iterdir()) == []


FAILURES = ("RUN false", "CMD exit 3", "COPY not-there /")


def test_failed_builds_leave_nothing(user: User, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    commands = {}
    for number, step in enumerate(FAILURES):
        file = f"{number}.yaml"
        text = f"FROM {IMAGE}\nRUN touch /made\n{step}\n"
        (folder / f"{number}.docker").write_text(text)
        build = f"build: {{ context: ., dockerfile: {number}.docker }}"
        (folder / file).write_text(BUILT.replace("build: .", build))
        commands[f"mine-{number}"] = f"docker compose -f {file} up"
    write_all(folder, commands, "declared = 4", 'env = { PORT = "{port}" }')
    with untouched():
        began = Began(folder)
        began.process.communicate(timeout=2 * SECONDS)
    assert began.process.returncode == 5
    assert list(began.temporary.iterdir()) == []
