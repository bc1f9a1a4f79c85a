"""A server gets its address through its own options, in place of any other address."""

import shlex
from pathlib import Path

import pytest

from harness.deployment.command.address import Addressed
from harness.deployment.command.address import addressed
from harness.deployment.command.address import own_address
from harness.deployment.command.address import takes_port
from harness.deployment.command.program import KNOWN


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("gunicorn a:a --threads 4", "gunicorn --bind {host}:{port} a:a --threads 4"),
        ("gunicorn -b :80 a:a -b=:81", "gunicorn --bind {host}:{port} a:a"),
        ("gunicorn a:a -b:80 --bind=:81", "gunicorn --bind {host}:{port} a:a"),
        ("python -m gunicorn a:a", "python -m gunicorn --bind {host}:{port} a:a"),
        ("uv run gunicorn a:a", "uv run gunicorn --bind {host}:{port} a:a"),
        ("uvicorn a:a --port 1", "uvicorn --host {host} --port {port} a:a"),
        ("hypercorn a:a -w 2", "hypercorn --bind {host}:{port} a:a -w 2"),
        ("granian --uds x a:a", "granian --host {host} --port {port} a:a"),
        (
            "waitress-serve --port=8080 --threads=2 a:a",
            "waitress-serve --listen={host}:{port} --threads=2 a:a",
        ),
        ("daphne -p 80 a:a", "daphne --bind {host} --port {port} a:a"),
        ("flask --app a run -p 80", "flask --app a run --host {host} --port {port}"),
        ("uwsgi -s x -w a", "uwsgi --http-socket {host}:{port} -w a"),
        (
            "uwsgi --fastcgi-socket :9000 --scgi-socket=/s -w a",
            "uwsgi --http-socket {host}:{port} -w a",
        ),
    ],
)
def test_a_server_gets_its_address_by_its_own_options(
    command: str, told: str, tmp_path: Path
) -> None:
    found = addressed(shlex.split(command), tmp_path)
    assert found is not None and found.words == tuple(shlex.split(told))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("./up.sh gunicorn -b :80 a:a", "./up.sh gunicorn --bind {host}:{port} a:a"),
        ("sh up.sh flask run", "sh up.sh flask run --host {host} --port {port}"),
    ],
)
def test_a_script_that_passes_on_its_arguments_gets_an_address(
    command: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "up.sh").write_text('#!/bin/sh\nmigrate\nexec "$@"\n')
    found = addressed(shlex.split(command), tmp_path)
    assert found is not None and found.words == tuple(shlex.split(told))


@pytest.mark.parametrize("text", ["exec gunicorn a:a", '# exec "$@"', "\x00"])
def test_a_script_that_ignores_its_arguments_gets_no_address(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "up.sh").write_text(text)
    assert addressed(["./up.sh", "gunicorn", "a:a"], tmp_path) is None
    assert addressed(["./none.sh", "gunicorn", "a:a"], tmp_path) is None


def test_replaced_options_are_reported(tmp_path: Path) -> None:
    found = addressed(["gunicorn", "-b", ":80", "--bind=:81", "a:a"], tmp_path)
    assert found is not None and found.dropped == ("-b", ":80", "--bind=:81")


@pytest.mark.parametrize(
    "command",
    [
        *("serve a", "sh -c 'gunicorn a:a'", "flask shell", "python a.py", ""),
        *("uwsgi --emperor vassals", "uwsgi --emperor=a"),
    ],
)
def test_other_commands_get_no_address(command: str, tmp_path: Path) -> None:
    assert addressed(shlex.split(command), tmp_path) is None


@pytest.mark.parametrize("name", KNOWN)
def test_no_server_gets_an_address_twice(name: str, tmp_path: Path) -> None:
    words = [name, "run", "a:a"]
    once = addressed(words, tmp_path)
    assert once is not None
    again = addressed(once.words, tmp_path)
    assert again is not None and again.words == once.words


# -------------------------------------------------------------------- files of uWSGI


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    path = tmp_path / "u.ini"
    path.write_text("[uwsgi]\nprocesses = 2\nsocket = /run/a.sock\n")
    return path


@pytest.mark.parametrize("words", ["--ini u.ini", "u.ini", "--ini=u.ini"])
def test_a_file_with_an_address_is_recognized(words: str, ini: Path) -> None:
    command = ["uwsgi", *words.split(), "-w", "a"]
    own = "socket = /run/a.sock"
    assert own_address(command, ini.parent) == own
    told = ("uwsgi", "--http-socket", "{host}:{port}", *words.split(), "-w", "a")
    found = addressed(command, ini.parent)
    assert found == Addressed(told, ("socket = /run/a.sock",), own)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("u.xml", "<uwsgi>\n<http-socket>127.0.0.1:80</http-socket>\n</uwsgi>"),
        ("u.yaml", "uwsgi:\n  socket: /run/a.sock\n"),
        ("u.ini", "[uwsgi]\nfastcgi-socket = 127.0.0.1:9000\n"),
        ("u.json", '{"uwsgi": {\n"http": ":80"}}'),
        ("u.json", '{"uwsgi":\n{"master": true, "http-socket": ":80", "p": 2}}'),
        ("u.xml", "\n<uwsgi><master/><socket>127.0.0.1:80</socket></uwsgi>"),
    ],
)
def test_an_address_is_recognized_in_every_format(
    name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    assert own_address(["uwsgi", name], tmp_path)


def test_a_file_that_reads_the_port_needs_no_address(ini: Path) -> None:
    ini.write_text("[uwsgi]\nhttp-socket = :$(PORT)\n")
    words = ["uwsgi", "u.ini"]
    assert takes_port(words, ini.parent) and not own_address(words, ini.parent)
    assert addressed(words, ini.parent) is None


def test_a_file_can_start_an_emperor(ini: Path) -> None:
    ini.write_text("[uwsgi]\nemperor = vassals\n")
    assert addressed(["uwsgi", "u.ini"], ini.parent) is None
