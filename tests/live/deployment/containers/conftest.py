"""A real engine with things of a user, which must still be there afterwards.

Without an engine these tests are skipped, or fail if ``REQUIRE_DOCKER`` is set.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec
import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked

PART = os.environ.get("PART", "1/1")
"""The part of the tests that this engine runs, such as ``1/2``."""

IMAGE = "fcm-test-shop"

DOCKERFILE = """\
FROM python:3.13-slim
RUN pip install --no-cache-dir flask gunicorn
WORKDIR /srv
COPY shop.py .
VOLUME /var/lib/anonymous
CMD ["gunicorn", "shop:app", "--threads", "4", "--bind", "0.0.0.0:8000"]
"""

# The app writes to every writable place as soon as it starts.
SHOP = """\
import glob, os, time
from flask import Flask
app = Flask(__name__)
time.sleep(float(os.environ.get("SLEEP", "0")))
for path in ["/data/rows", *glob.glob("/mine/*")]:
    if os.path.isdir(os.path.dirname(path)):
        before = open(path).read() if os.path.exists(path) else None
        print("found", path, before, flush=True)
        with open(path, "a") as file:
            file.write("a check was here\\n")
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run one part of these tests, and leave the other parts to other engines."""
    number, _, count = PART.partition("/")
    items[:] = items[int(number) - 1 :: int(count)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Allow a part without tests if only a few are selected."""
    nothing = session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
    if nothing and PART[0] > "1":
        session.exitstatus = pytest.ExitCode.OK


def docker(*words: str) -> str:
    """Run the client and return its output."""
    done = subprocess.run(
        ["docker", *words], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def engine() -> None:
    """A running engine with Compose 2."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        pytest.skip(
            "one at a time, as each looks at the whole engine: nox -s containers"
        )
    for words in (["docker", "version"], ["docker", "compose", "version"]):
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=60)
            problem = done.stderr if done.returncode else ""
        except OSError as error:
            problem = str(error)
        if problem:
            if os.environ.get("REQUIRE_DOCKER"):
                pytest.fail(f"{' '.join(words)}: {problem}")
            pytest.skip(f"no Docker engine: {problem.strip()}")


@pytest.fixture(scope="session")
def image(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image whose app writes to everything that it gets."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "shop.py").write_text(SHOP)
    docker("build", "--quiet", "--tag", IMAGE, str(folder))
    yield IMAGE
    docker("rmi", "--force", IMAGE)


class Things(NamedTuple):
    """The contents of an engine."""

    containers: dict[str, tuple[str, bool, str, str]]
    """By id: name, whether it runs, since when, and the number of restarts."""
    volumes: set[str]
    networks: dict[str, set[str]]
    """By name: the containers in it."""
    tags: dict[str, str]


def things() -> Things:
    """Return the present contents of the engine."""
    found: list[dict[str, Any]] = []
    if ids := docker("ps", "--all", "--quiet").split():
        found = msgspec.json.decode(docker("inspect", *ids))
    containers = {
        each["Id"]: (
            each["Name"],
            each["State"]["Running"],
            each["State"]["StartedAt"],
            str(each["RestartCount"]),
        )
        for each in found
    }
    networks = docker("network", "ls", "--format", "{{.Name}}").split()
    inside = msgspec.json.decode(docker("network", "inspect", *networks))
    images = docker(
        "images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"
    )
    return Things(
        containers,
        set(docker("volume", "ls", "--quiet").split()),
        {each["Name"]: set(each["Containers"]) for each in inside},
        dict(line.split() for line in images.splitlines()),
    )


@contextlib.contextmanager
def untouched() -> Iterator[None]:
    """Assert that the contents of the engine are the same afterwards."""
    before = things()
    yield
    assert things() == before


class User:
    """A user with things in the engine that have no label of a check."""

    def __init__(self, image: str) -> None:
        self.image = image
        self._remove: list[tuple[str, ...]] = []

    def container(self, name: str, *options: str, command: str = "sleep 600") -> str:
        """Start a container."""
        self._remove.append(("rm", "--force", "--volumes", name))
        words = ("--name", name, *options, self.image, "sh", "-c", command)
        return docker("run", "--detach", *words)

    def volume(self, name: str) -> str:
        """Make a volume with a row in it."""
        self._remove.append(("volume", "rm", "--force", name))
        docker("volume", "create", name)
        write = "echo production > /v/rows"
        self.run("--volume", f"{name}:/v", self.image, "sh", "-c", write)
        return name

    def rows(self, name: str) -> str:
        """Return the rows in a volume."""
        return self.run("--volume", f"{name}:/v", self.image, "cat", "/v/rows")

    def run(self, *words: str) -> str:
        """Run a temporary container and return its output."""
        return docker("run", "--rm", *words)

    def network(self, name: str, *options: str) -> str:
        """Make a network."""
        self._remove.append(("network", "rm", name))
        docker("network", "create", *options, name)
        return name

    def tag(self, name: str) -> str:
        """Tag the image."""
        self._remove.append(("rmi", name))
        docker("tag", self.image, name)
        return name

    def leave(self) -> None:
        """Remove everything, the newest first."""
        for words in reversed(self._remove):
            docker(*words)


@pytest.fixture
def user(image: str) -> Iterator[User]:
    """A user whose things nobody else may remove."""
    somebody = User(image)
    yield somebody
    somebody.leave()


def write(folder: Path, command: str, *lines: str) -> None:
    """Write a file with one deployment to a folder."""
    write_all(folder, {"mine": command}, *lines)


def write_all(folder: Path, commands: Mapping[str, str], *lines: str) -> None:
    """Write a file with several deployments to a folder, by name."""
    text = [
        line
        for name, command in commands.items()
        for line in (
            "[[deployment]]",
            f'name = "{name}"',
            f"command = '''{command}'''",
            *lines,
        )
    ]
    (folder / "concurrency.toml").write_text("\n".join(text))


# -------------------------------------------------------------------- checks

RUN = "docker run -p {port}:8000"

COMPOSE = """\
services:
  app:
    image: fcm-test-shop
    ports: ["${PORT:-8000}:8000"]
"""


def run(check: Check, folder: Path, command: str, *lines: str) -> Checked:
    """Check a command, which must hold four requests in four threads."""
    write(folder, command, "declared = 4", "at-least = 4", *lines)
    with untouched():
        checked = check(folder, "--ask", "overlap")
    assert checked.code == 0, checked
    assert checked.cells["mine"]["ceiling"] == 4
    return checked


def compose(
    check: Check, folder: Path, text: str, *lines: str, up: str = ""
) -> Checked:
    """Check a Compose file."""
    (folder / "compose.yaml").write_text(text)
    env = 'env = { PORT = "{port}" }'
    return run(check, folder, f"docker compose up {up}", env, *lines)
