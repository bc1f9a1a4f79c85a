"""A check of an ordinary deployment leaves the user's files unchanged."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.deployment.isolation import layers
from harness.deployment.isolation.folders import notes
from harness.deployment.isolation.layers import layer_problem
from harness.system.program import program
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT

APP = """\
from flask import Flask
app = Flask(__name__)
"""

SCRIPTS = Path(sys.executable).parent
PACKAGES = sysconfig.get_path("purelib")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder with a path that is short enough for sockets."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("HOME", short)
        yield Path(short)


def workers(socket: Path) -> list[int]:
    """Ask gunicorn's control socket for its workers."""
    command = [
        str(SCRIPTS / "gunicornc"),
        "-s",
        str(socket),
        "-j",
        "-c",
        "show workers",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return [each["pid"] for each in json.loads(done.stdout)["workers"]]


def deploy(folder: Path, command: str, *lines: str, app: str = APP) -> None:
    """Write a deployment to a folder."""
    (folder / "shop.py").write_text(app)
    text = ["[[deployment]]", 'name = "mine"', f"command = '''{command}'''", *lines]
    (folder / "concurrency.toml").write_text("\n".join(text))


@pytest.mark.parametrize("place", ["home", "runtime", "file"])
def test_a_running_gunicorn_keeps_its_control_socket(
    check: Check,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    deploy(tmp_path, "gunicorn shop:app --threads 2 --bind {host}:{port}")
    socket = home / ".gunicorn" / "gunicorn.ctl"
    if place == "runtime":
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
        socket = home / "gunicorn.ctl"
    elif place == "file":
        socket = home / "shop.ctl"
        named = f"control_socket = '{socket}'\n"
        (tmp_path / "gunicorn.conf.py").write_text(named)
    command = [str(SCRIPTS / "gunicorn"), "shop:app", "--workers", "2"]
    command += ["--bind", "127.0.0.1:0"]
    production = subprocess.Popen(command, cwd=tmp_path)
    try:
        deadline = time.monotonic() + 30
        while not socket.exists():
            assert time.monotonic() < deadline and production.poll() is None
            time.sleep(0.1)
        before = workers(socket)
        done = in_a_process_of_its_own(tmp_path)
        assert done.wait(120) == 0
        assert workers(socket) == before and len(before) == 2
    finally:
        production.terminate()
        production.wait(30)


def in_a_process_of_its_own(folder: Path) -> subprocess.Popen[bytes]:
    """Run a check in another process."""
    path = [str(SCRIPTS), os.environ.get("PATH", "")]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "harness", "check", "--results", "../results"],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)},
    )


FILES = """\
import os, tempfile
from flask import Flask
app = Flask(__name__)
handle, path = tempfile.mkstemp(dir=os.environ.get("WHERE"))
print("temporary", path, os.environ["XDG_RUNTIME_DIR"], flush=True)
"""


def test_temporary_files_are_in_a_folder_that_is_removed(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, temporary = tmp_path / "shop", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    deploy(folder, "gunicorn shop:app --bind {host}:{port}", app=FILES)
    before = sorted(folder.rglob("*"))
    checked = check(folder)
    assert checked.code == 0
    (log,) = (checked.results / "logs").glob("*mine*.log")
    path, sockets = log.read_text().partition("temporary ")[2].split()[:2]
    assert not Path(path).exists() and not Path(sockets).exists()
    assert list(temporary.iterdir()) == []
    assert sorted(folder.rglob("*")) == before  # without compiled modules


def test_folders_that_a_deployment_sets_are_kept(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    for each in (folder, tmp_path / "own"):
        each.mkdir()
    env = f'env = {{ TMPDIR = "{tmp_path}/own" }}'
    deploy(folder, "gunicorn shop:app --bind {host}:{port}", env, app=FILES)
    assert check(folder).code == 0
    assert len(list((tmp_path / "own").iterdir())) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_check_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    folder, temporary = tmp_path / "shop", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("WHERE", str(tmp_path))
    deploy(folder, "gunicorn shop:app --bind {host}:{port}", app=FILES)
    process = in_a_process_of_its_own(folder)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("tmp*")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    tree = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    assert process.wait(60) == 130
    assert not psutil.wait_procs(tree, timeout=10)[1]
    assert list(temporary.iterdir()) == []


WRITES = """\
import logging, os, sqlite3
from flask import Flask
app = Flask(__name__)
with sqlite3.connect("shop.sqlite") as database:
    print("rows", database.execute("select count(*) from rows").fetchone()[0])
    database.execute("insert into rows values ('a check was here')")
logging.basicConfig(filename="shop.log", level=logging.INFO)
logging.info("a check was here")
os.remove("removed")
os.mkdir("made")
with open(".env", "a") as file:
    file.write("CHECKED=1")
print("cwd", os.getcwd(), os.path.exists("removed"), flush=True)
"""

CONF = """\
accesslog = "access.log"
pidfile = "shop.pid"
bind = ["unix:shop.sock"]
"""


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return everything in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("below", [".", "deploy"])
def test_the_working_tree_is_unchanged(
    check: Check, tmp_path: Path, below: str
) -> None:
    tree = tmp_path / "shop"
    folder = tree / below
    folder.mkdir(parents=True)
    if below != ".":
        (tree / ".git").mkdir()
    listen = "--bind {host}:{port} --bind unix:shop.sock"
    deploy(folder, f"gunicorn shop:app --threads 2 {listen}", app=WRITES)
    (folder / "gunicorn.conf.py").write_text(CONF)
    for name in (".env", "removed", "shop.log", "access.log"):
        (folder / name).write_text("production\n")
    with sqlite3.connect(folder / "shop.sqlite") as database:
        database.execute("create table rows (text)")
    database.close()
    with socket.socket(socket.AF_UNIX) as production:
        production.bind(os.path.relpath(folder / "shop.sock"))
        production.listen()
        before = contents(tree)
        checked = check(folder)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(os.path.relpath(folder / "shop.sock"))
    assert checked.code == 0, checked
    (log,) = (checked.results / "logs").glob("*mine*.log")
    said = log.read_text().splitlines()
    assert {"rows 0", f"cwd {folder} False"} <= set(said)
    assert contents(tree) == before


AT_HOME = """\
import os, pathlib, sqlite3
from flask import Flask
app = Flask(__name__)
home = pathlib.Path.home()
with sqlite3.connect(home / ".shop" / "shop.sqlite") as database:
    print("rows", database.execute("select count(*) from rows").fetchone()[0])
    database.execute("insert into rows values ('a check was here')")
(home / ".shop" / "made").write_text("a check was here")
(home / ".cache" / "kept").write_text("a check was here")
pathlib.Path("made").write_text("a check was here")
print("seen", sorted(os.listdir(".")), flush=True)
"""


@pytest.mark.parametrize("place", ["outside", "home/work", "home", "home/.cache/work"])
@pytest.mark.parametrize("temporary", ["outside", "home/tmp"])
def test_the_home_folder_is_unchanged(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    temporary: str,
) -> None:
    """Except for its caches, wherever the app and its temporary files are."""
    folder, temporary_folder = tmp_path / place, tmp_path / temporary
    for each in (folder, temporary_folder, tmp_path / "home" / ".shop"):
        each.mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / ".cache").mkdir(exist_ok=True)
    with sqlite3.connect(tmp_path / "home" / ".shop" / "shop.sqlite") as database:
        database.execute("create table rows (text)")
    database.close()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(temporary_folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    deploy(folder, "gunicorn shop:app --bind {host}:{port}", app=AT_HOME)
    before = contents(tmp_path / "home"), contents(folder)
    checked = check(folder)
    kept = tmp_path / "home" / ".cache" / "kept"
    assert checked.code == 0, checked
    assert kept.read_text() == "a check was here"
    kept.unlink()
    assert (contents(tmp_path / "home"), contents(folder)) == before
    (log,) = (checked.results / "logs").glob("*mine*.log")
    assert "rows 0\nseen " in log.read_text() and "'made'" in log.read_text()


@pytest.mark.parametrize("kind", ["venv", "base"])
def test_packages_that_a_command_installs_are_gone_afterwards(
    check: Check, tmp_path: Path, kind: str
) -> None:
    """In a virtual environment outside of the tree, and in a Python of its own."""
    folder, python = tmp_path / "shop", tmp_path / "python"
    folder.mkdir()
    packages = python / "lib" / f"python{'{}.{}'.format(*sys.version_info)}"
    if kind == "venv":
        venv.create(python, symlinks=True)
        (packages / "site-packages" / "all.pth").write_text(f"{PACKAGES}\n")
    else:
        (packages / "site-packages").mkdir(parents=True)
        (python / "bin").mkdir()
        start = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
        write_program(python / "bin" / packages.name, start)
        (python / "bin" / "python").symlink_to(packages.name)
    install = f"touch {packages}/site-packages/new {python}/bin/new"
    serve = "python -m gunicorn shop:app --threads 2 --bind {host}:{port}"
    path = f'env = {{ PATH = "{python}/bin:{os.environ["PATH"]}" }}'
    deploy(folder, f"{install} && {serve}", path)
    before = contents(python)
    checked = check(folder)
    assert checked.code == 0, checked
    assert contents(python) == before


def test_a_mount_namespace_that_is_not_allowed_is_reported(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The machine does not allow a mount namespace.
    layer_problem.cache_clear()
    monkeypatch.setattr(
        layers, "program", lambda name: ["false"] if name == "layer" else program(name)
    )
    folder = tmp_path / "shop"
    folder.mkdir()
    deploy(folder, "gunicorn shop:app --bind {host}:{port}")
    before = contents(folder)
    assert check(folder).code == 0
    assert contents(folder) == before  # at least no compiled modules
    said = notes(folder, {"HOME": str(tmp_path)})
    assert len(said) == 2 and all("stays there" in each for each in said)
