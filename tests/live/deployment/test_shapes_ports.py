"""Each remedy for a port of a server's own is applied as it is printed, and is true.

It is true in the check, which gets its number, and in production, where the server
listens on the same port as before.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT

FOLDERS = ROOT / "tests" / "deployments" / "own-port"

Apply = Callable[[Path, str], None]


def replaced(file: str, pattern: str, place: str) -> Apply:
    """Write what a reason says between backquotes in place of something in a file."""

    def apply(folder: Path, reason: str) -> None:
        found = re.search(pattern, reason)
        assert found is not None, reason
        path = folder / file
        text = path.read_text()
        assert re.search(place, text, re.MULTILINE)
        written = re.sub(place, lambda _: found[1], text, flags=re.MULTILINE)
        path.write_text(written)

    return apply


def with_import(apply: Apply, file: str) -> Apply:
    def both(folder: Path, reason: str) -> None:
        apply(folder, reason)
        path = folder / file
        path.write_text(f"import os\n{path.read_text()}")

    return both


class Fixed(NamedTuple):
    """A folder whose server listens on a port of its own, and how that is mended."""

    folder: str
    port: int
    code: int
    apply: Apply
    handled: int
    production: str
    """How production starts it, with no variables for the check."""
    env: dict[str, str] = {}


FIXED = [
    Fixed(
        "list",
        5061,
        2,
        replaced("Dockerfile", r"write `(CMD exec [^`]*)`", r"^CMD .*$"),
        3,
        "CMD",
    ),
    Fixed(
        "settings",
        5062,
        5,
        with_import(
            replaced("gunicorn.conf.py", r"or write `(bind = [^`]*)`", r"^bind = .*$"),
            "gunicorn.conf.py",
        ),
        2,
        "gunicorn",
    ),
    Fixed(
        "settings",
        5062,
        5,
        replaced("concurrency.toml", r"add `(--bind [^`]*)`", r'(?<= )(?="\nenv)'),
        2,
        "gunicorn",
    ),
    Fixed(
        "ini",
        5063,
        5,
        replaced("uwsgi.ini", r"write `(http = [^`]*)`", r"^http = .*$"),
        4,
        "uwsgi --ini uwsgi.ini",
        {"PORT": "5063"},
    ),
    Fixed(
        "script",
        5064,
        5,
        replaced("serve.sh", r"write `([^`]*)` in place of `5064`", "5064"),
        3,
        "sh serve.sh",
    ),
    Fixed(
        "python",
        5065,
        2,
        replaced("serve.py", r"write `(port=[^`]*)` there", r"port=\d+"),
        1,
        "python serve.py",
    ),
    Fixed(
        "make",
        5066,
        5,
        replaced("Makefile", r"write `([^`]*)` in place of `5066`", "5066"),
        3,
        "make serve",
    ),
]


@pytest.mark.parametrize("fixed", FIXED, ids=lambda each: each.folder)
def test_a_remedy_is_true(check: Check, tmp_path: Path, fixed: Fixed) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(FOLDERS / fixed.folder, folder)
    before = check(folder)
    assert before.code == fixed.code
    assert f"port {fixed.port}" in before.message
    fixed.apply(folder, before.message)
    after = check(folder)
    cell = after.cells["web"]
    assert (after.code, cell["verdict"], cell["ceiling"]) == (
        0,
        "as declared",
        fixed.handled,
    )
    command = fixed.production
    if command == "CMD":
        command = (folder / "Dockerfile").read_text().partition("\nCMD ")[2]
    assert listens(command, folder, fixed.port, fixed.env)


def listens(command: str, folder: Path, port: int, env: dict[str, str]) -> bool:
    """Whether a command soon listens on a port, as in production."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    production = {**os.environ, **env, "PATH": path}
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        env=production,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", port)) == 0:
                    return True
            time.sleep(0.1)
        return False
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        while time.monotonic() < deadline + 10:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                break
            time.sleep(0.1)
