"""Each printed remedy for a fixed port works.

It works in the check, which gets its number, and in production, where the server
listens on the same port as before.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT

pytestmark = pytest.mark.shapes

FOLDERS = ROOT / "tests" / "deployments" / "own-port"

Apply = Callable[[Path, str], None]


def replaced(file: str, pattern: str, place: str) -> Apply:
    """Replace something in a file by the quoted words of a reason."""

    def apply(folder: Path, reason: str) -> None:
        found = re.search(pattern, reason)
        assert found is not None, reason
        path = folder / file
        text = path.read_text()
        assert re.search(place, text, re.MULTILINE)
        written = re.sub(place, lambda _: found[1], text, flags=re.MULTILINE)
        path.write_text(written)

    return apply


def added(pattern: str) -> Apply:
    """Append the quoted words of a reason to the command of the deployment."""

    def apply(folder: Path, reason: str) -> None:
        found = re.search(pattern, reason)
        assert found is not None, reason
        path = folder / "concurrency.toml"
        text = re.sub(r'(?m)^(command = ".*)"$', rf'\1 {found[1]}"', path.read_text())
        path.write_text(text)

    return apply


def put_below(pattern: str) -> Apply:
    """Add the quoted words of a reason as another key of the deployment."""

    def apply(folder: Path, reason: str) -> None:
        found = re.search(pattern, reason)
        assert found is not None, reason
        path = folder / "concurrency.toml"
        path.write_text(f"{path.read_text()}{found[1]}\n")

    return apply


def with_import(apply: Apply, file: str) -> Apply:
    def both(folder: Path, reason: str) -> None:
        apply(folder, reason)
        path = folder / file
        path.write_text(f"import os\n{path.read_text()}")

    return both


class Fixed(NamedTuple):
    """A folder whose server listens on a fixed port, and how to change that."""

    folder: str
    port: int
    """A port for this case alone, since cases run in parallel."""
    code: int
    apply: Apply
    handled: int
    production: str
    """The command in production, without variables of the check."""
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
        5073,
        5,
        added(r"add `(--bind [^`]*)`"),
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
    Fixed(
        "supervisor",
        5067,
        5,
        replaced("web.conf", r"write `([^`]*)` in place of `5067`", "5067"),
        2,
        "supervisord -n -c web.conf",
        {"PORT": "5067"},
    ),
    Fixed(
        "honcho",
        5068,
        5,
        replaced("Procfile", r"write `([^`]*)` in place of `5068`", "5068"),
        3,
        # honcho sets a port for its processes if there is none.
        "honcho start web",
        {"PORT": "5068"},
    ),
    Fixed(
        "listen",
        5069,
        5,
        with_import(
            replaced("serve.py", r"write `([^`]*)` in place of `\"", '"127.*5069"'),
            "serve.py",
        ),
        3,
        "python serve.py",
    ),
    Fixed(
        "toml",
        5070,
        5,
        added(r"add `([^`]*)` to the command"),
        min(32, (os.cpu_count() or 1) + 4),
        "hypercorn -c settings.toml shop:app",
    ),
    Fixed(
        "sourced",
        5071,
        5,
        replaced("serve.env", r"write `([^`]*)` in place of `5071`", "5071"),
        2,
        "sh serve.sh",
    ),
    Fixed(
        "variable",
        5072,
        5,
        added(r"add `(--bind [^`]*)`"),
        3,
        "GUNICORN_CMD_ARGS='--bind=127.0.0.1:5072 --workers=3' gunicorn shop:app",
    ),
    Fixed(
        "default",
        5074,
        5,
        put_below(r"give it the port: (env = [^;]*)"),
        3,
        "python serve.py",
    ),
    Fixed(
        "vassals",
        5075,
        5,
        replaced("vassals/shop.ini", r"write `([^`]*)` in place of `5075`", "5075"),
        2,
        "uwsgi --emperor vassals",
        {"PORT": "5075"},
    ),
]


@pytest.mark.parametrize("fixed", FIXED, ids=lambda each: each.folder)
def test_a_remedy_for_a_fixed_port_works(
    check: Check, tmp_path: Path, fixed: Fixed
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(FOLDERS / fixed.folder, folder)
    for file in filter(Path.is_file, folder.rglob("*")):
        text = re.sub(r"\b50\d\d\b", str(fixed.port), file.read_text())
        file.write_text(text)
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
    own = [str(each) for each in (tmp_path / "cache").glob("*/bin")]
    assert listens(command, folder, fixed.port, fixed.env, own)


def listens(
    command: str, folder: Path, port: int, env: dict[str, str], own: Sequence[str] = ()
) -> bool:
    """Return whether a command soon listens on a port, as in production."""
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join((*own, beside, os.environ["PATH"]))
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
        # Some of them have process groups of their own.
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        psutil.wait_procs(_kill_what_runs_in(folder), timeout=10)


def _kill_what_runs_in(folder: Path) -> list[psutil.Process]:
    """Kill the processes that still run in a folder, and return them."""
    found = []
    for each in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if each.pid != os.getpid() and each.cwd() == str(folder):
                each.kill()
                found.append(each)
    return found
