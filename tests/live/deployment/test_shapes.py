"""Deployments of all common shapes are measured as they are.

The inputs are in ``tests/deployments``, one folder for each kind of shape.
"""

import json
import os
import re
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked
from tests.live.deployment.conftest import ROOT

DEPLOYMENTS = ROOT / "tests" / "deployments"


@pytest.fixture
def shape(check: Check, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Check a copy of a folder of ``tests/deployments``.

    Its path is short, since the path of a Unix socket has at most 107 bytes.
    """
    short = tmp_path_factory.mktemp("s")

    def one(name: str, *options: str) -> Checked:
        folder = short / "shape"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(DEPLOYMENTS / name, folder)
        before = files_of(folder)
        checked = check(folder, *options)
        assert files_of(folder) == before, "the user's files are as they were"
        return checked

    return one


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def numbers(checked: Checked) -> dict[str, tuple[int, int | None]]:
    """Return the measured and the declared number of each deployment."""
    assert {cell["verdict"] for cell in checked.cells.values()} == {"as declared"}
    return {
        name: (cell["ceiling"], cell["declared"])
        for name, cell in checked.cells.items()
    }


def servers(checked: Checked) -> dict[str, str]:
    return {name: cell["server"] for name, cell in checked.cells.items()}


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (
            "unix-socket",
            {"gunicorn": 3, "waitress": 2, "uwsgi": 4, "uwsgi-http": 2}
            | {"granian": 1, "uvicorn": 10, "at-sign": 2},
        ),
        ("uwsgi-protocol", {"production": 4}),
        ("boot-script", {"web": 3, "line": 3}),
        ("dockerfile", {"venv": 3, "arguments": 2, "entrypoint": 3, "stage": 2}),
        (
            "shell-lines",
            {"semicolon": 3, "variable": 2, "arithmetic": 5}
            | {"substitution": 2, "and": 3, "command": 2},
        ),
        ("wrappers", {"nice": 2, "module": 2, "init": 3, "agent": 2, "script": 3}),
        (
            "below",
            {"dispatcher": 2, "asgi": 3, "script-name": 2}
            | {"https-only": 2, "one-host": 2},
        ),
    ],
)
def test_a_shape_gives_its_number(
    shape: Check, folder: str, expected: dict[str, int]
) -> None:
    if folder == "wrappers" and shutil.which("tini") is None:
        pytest.skip("tini is not installed")
    checked = shape(folder)
    assert numbers(checked) == {name: (n, n) for name, n in expected.items()}
    assert checked.code == 0


def test_processes_started_while_requests_wait_are_counted(shape: Check) -> None:
    """uWSGI's master looks once a second, and starts one if more than three wait."""
    checked = shape("cheaper", "--fail-on", "never")
    cell = checked.cells["backlog"]
    assert (cell["declared"], cell["floor"], cell["ceiling"]) == (6, 3, 6)
    assert cell["verdict"] == "uneven"
    words = "declares 6; 3 at once at first, growing to 6 while requests wait"
    assert cell["reason"].startswith(words)


@pytest.mark.parametrize(
    "command", ["gunicorn shop:app --bind unix:{0}", "uwsgi -w shop:app --socket {0}"]
)
def test_an_existing_socket_is_not_taken_over(
    check: Check, tmp_path: Path, command: str
) -> None:
    folder, path = tmp_path / "shape", tmp_path / "run" / "shop.sock"
    shutil.copytree(DEPLOYMENTS / "unix-socket", folder)
    path.parent.mkdir()
    words = [
        *("[[deployment]]", 'name = "mine"', f'command = "{command.format(path)}"'),
        'env = { PORT = "{port}" }',
    ]
    (folder / "concurrency.toml").write_text("\n".join(words))
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(os.path.relpath(path))
        theirs.listen()
        before = path.stat().st_ino
        checked = check(folder)
        assert checked.code == 2
        assert f"{path} exists already" in checked.message
        assert "write the path of another socket" in checked.message
        assert path.stat().st_ino == before
        other = "\n".join(words).replace("shop.sock", "other.sock")
        (folder / "concurrency.toml").write_text(other)
        assert numbers(check(folder)) == {"mine": (1, 1)}
        assert path.stat().st_ino == before


def test_supervisors_from_an_index_are_measured(shape: Check) -> None:
    checked = shape("installed")
    assert numbers(checked) == {
        "traced": (2, 2),
        "traced-flask": (64, None),
        "supervised": (2, 2),
        "honcho": (3, 3),
    }


def test_programs_that_make_environments_are_measured(shape: Check) -> None:
    assert numbers(shape("runners")) == {
        "poetry": (2, 2),
        "pipenv": (3, 3),
        "pipenv-flask": (1, 1),
        "uv": (2, 2),
        "profiled": (2, 2),
    }


@pytest.mark.parametrize(
    ("name", "handled"), [("dumb-init", 2), ("dumb-init-rewrites", 3), ("foreman", 2)]
)
def test_programs_of_the_system_are_measured(
    shape: Check, name: str, handled: int
) -> None:
    program = name.removesuffix("-rewrites")
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    assert numbers(shape("inits", "--only", name)) == {name: (handled, handled)}


@pytest.mark.parametrize("library", ["eventlet", "gevent"])
def test_the_remedy_for_sockets_without_patches_is_true(
    check: Check, tmp_path: Path, library: str
) -> None:
    folder = tmp_path / "sockets"
    shutil.copytree(DEPLOYMENTS / "sockets", folder)
    options = ("--only", library, "--limit", "20", "--ask", "overlap")
    before = check(folder, *options).cells[library]
    assert (before["verdict"], before["ceiling"]) == ("fewer", 1)
    assert f"{library} has not patched the standard library" in before["reason"]
    found = re.search(r"write `([^`]+)` as the first line", before["remedy"])
    assert found is not None, before["remedy"]
    path = folder / f"{library}_web.py"
    path.write_text(path.read_text().replace("import os", f"{found[1]}\nimport os"))
    after = check(folder, *options).cells[library]
    assert (after["verdict"], after["ceiling"]) == ("as declared", 20)


def test_the_reported_server_is_the_one_that_runs(shape: Check) -> None:
    assert servers(shape("boot-script")) == {"web": "gunicorn", "line": "gunicorn"}


def test_tls_is_supported_and_http_2_is_reported(shape: Check) -> None:
    checked = shape("tls")
    gunicorn, flask = checked.cells["gunicorn"], checked.cells["flask"]
    assert (gunicorn["ceiling"], gunicorn["floor"]) == (3, 3)
    assert (flask["ceiling"], flask["bounded"]) == (64, False)
    assert "it speaks only HTTP/2" in checked.cells["http-2"]["reason"]
    assert checked.code == 5


def test_options_that_send_a_server_to_the_background_are_named(shape: Check) -> None:
    checked = shape("daemon")
    reason = checked.cells["gunicorn"]["reason"]
    assert "leave out `daemon = True` in conf.py, line 3" in reason
    logger = checked.cells["logger"]
    assert (logger["verdict"], logger["ceiling"]) == ("as declared", 6)


UNREACHED = {
    "dispatcher": "",
    "script-name": "",
    "https-only": 'headers = { X-Forwarded-Proto = "https" }',
    "one-host": 'headers = { Host = "shop.example" }',
}


@pytest.mark.parametrize("name", UNREACHED)
def test_the_key_that_lets_requests_through_is_named(
    check: Check, tmp_path: Path, name: str
) -> None:
    shutil.copytree(DEPLOYMENTS / "below", tmp_path / "below")
    path = tmp_path / "below" / "concurrency.toml"
    lines = path.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("below", "headers"))]
    path.write_text("\n".join(kept))
    checked = check(tmp_path / "below", "--only", name)
    cell: dict[str, Any] = checked.cells[name]
    if not UNREACHED[name]:
        assert (cell["verdict"], cell["ceiling"]) == ("as declared", 2)
        found = json.loads((checked.results / "check.json").read_text())
        below = (
            "/shop" if name == "dispatcher" else ""
        )  # the other path is in a variable
        assert found["deployments"][0]["found_below"] == below
        page = (checked.results / "report.md").read_text()
        assert {"found below" in text for text in (checked.out, page)} == {bool(below)}
        return
    assert UNREACHED[name] in cell["reason"]
    assert ".flask-concurrency" not in cell["reason"]
