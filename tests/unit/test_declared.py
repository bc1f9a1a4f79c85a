"""What a command declares is derived where there is no doubt, and never guessed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.declared import CannotDerive
from harness.declared import derive
from harness.declared import gunicorn
from harness.declared import Promise
from harness.declared import Refused
from harness.declared import server_name
from harness.declared import server_words
from harness.surroundings import Surroundings

Derive = Callable[..., Promise]


@pytest.fixture
def derived(tmp_path: Path) -> Derive:
    def one(command: str, **variables: str) -> Promise:
        where = Surroundings(tmp_path, Path("python"), variables)
        return derive(command.split(), where)

    return one


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("gunicorn app", "gunicorn"),
        ("/srv/bin/gunicorn app", "gunicorn"),
        ("python3.12 -X dev -m gunicorn app", "gunicorn"),
        ("env A=1 B=2 gunicorn app", "gunicorn"),
        ("uv run --frozen gunicorn app", "gunicorn"),
        ("newrelic-admin run-program gunicorn app", "gunicorn"),
        ("tini -- gunicorn app", "gunicorn"),
        ("flask run", "werkzeug"),
        ("python -m flask run", "werkzeug"),
        ("waitress-serve app", "waitress"),
        ("python serve.py", "python"),
    ],
)
def test_the_server_is_recognised(command: str, name: str) -> None:
    assert server_name(command.split()) == name


def test_what_stands_behind_it_are_its_arguments() -> None:
    assert server_words(["python", "-m", "flask", "run"]) == ("flask", ("run",))


@pytest.mark.parametrize(
    ("command", "declared"),
    [
        ("waitress-serve app:app", 4),
        ("waitress-serve --threads=8 app:app", 8),
        ("flask run", None),
        ("flask --app x run --without-threads", 1),
        ("uvicorn --interface wsgi app:app", 10),
        ("uvicorn --interface=wsgi --workers 2 app:app", 20),
        ("granian --interface wsgi --blocking-threads 4 app:app", 4),
        ("granian --interface wsgi --blocking-threads 4 --workers 2 app:app", 8),
        ("uwsgi -w app:app", 1),
        ("uwsgi -w app:app -p 4", 4),
        ("uwsgi -w app:app -p4 --threads 2", 8),
        ("uwsgi -w app:app --processes=2 --threads=3", 6),
        ("uwsgi -w app:app --gevent 100", 100),
        ("uwsgi -w app:app --workers 2 --gevent 100", 200),
    ],
)
def test_a_command_line(derived: Derive, command: str, declared: int | None) -> None:
    assert derived(command).declared == declared


@pytest.mark.parametrize(
    ("command", "variables", "declared"),
    [
        ("uvicorn --interface wsgi app:app", {"WEB_CONCURRENCY": "3"}, 30),
        ("granian --blocking-threads 2 a:a", {"GRANIAN_INTERFACE": "wsgi"}, 2),
        ("uwsgi -w app:app", {"UWSGI_PROCESSES": "3"}, 3),
        ("flask run", {"FLASK_RUN_WITH_THREADS": "0"}, 1),
    ],
)
def test_variables(
    derived: Derive, command: str, variables: dict[str, str], declared: int
) -> None:
    assert derived(command, **variables).declared == declared


def test_hypercorn_depends_on_the_machine_and_says_so(derived: Derive) -> None:
    one, two = derived("hypercorn app:app"), derived("hypercorn -w 2 app:app")
    assert one.declared and two.declared == 2 * one.declared
    assert "processors" in one.because


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("python serve.py", "no server whose options are known"),
        ("flask shell", "not `flask run`"),
        ("uvicorn app:app", "--interface wsgi"),
        ("granian --interface wsgi app:app", "--blocking-threads"),
        ("hypercorn -c h.toml app:app", "configuration file"),
        ("uwsgi --async 10 --ugreen -w app:app", "async"),
        ("uwsgi --yaml u.yml", "yaml"),
        ("uwsgi --ini none.ini", "none.ini cannot be read"),
        ("waitress-serve --threads=many app:app", "no number"),
        ("waitress-serve --threads=0 app:app", "0"),
    ],
)
def test_what_is_not_known_is_not_guessed(
    derived: Derive, command: str, words: str
) -> None:
    with pytest.raises(CannotDerive, match=words):
        derived(command)


# ------------------------------------------------------------------------- uWSGI ini


def test_an_ini_file(derived: Derive, tmp_path: Path) -> None:
    (tmp_path / "u.ini").write_text(
        "[other]\nprocesses = 9\n[uwsgi]\n; threads = 9\nprocesses = 2\nthreads = 3\n"
    )
    for command in ("uwsgi u.ini", "uwsgi --ini u.ini", "uwsgi --ini=u.ini:uwsgi"):
        promise = derived(command)
        assert promise.declared == 6
        threads = promise.settings["threads"]
        assert (threads.source, threads.line) == ("u.ini", 6)
    assert derived("uwsgi u.ini:other").declared == 9
    assert derived("uwsgi u.ini --threads 1").declared == 2, "the last one counts"
    assert "from u.ini" in derived("uwsgi u.ini").because


def test_placeholders_and_included_files(derived: Derive, tmp_path: Path) -> None:
    (tmp_path / "base.ini").write_text("[uwsgi]\nthreads = $(THREADS)\n")
    (tmp_path / "u.ini").write_text(
        "[uwsgi]\nini = base.ini\nmine = 3\nprocesses = %(mine)\n"
    )
    assert derived("uwsgi u.ini", THREADS="2").declared == 6


def test_loops_and_circles_are_not_followed(derived: Derive, tmp_path: Path) -> None:
    (tmp_path / "for.ini").write_text("[uwsgi]\nfor = 1 2\nprocesses = %(_)\n")
    (tmp_path / "me.ini").write_text("[uwsgi]\nini = me.ini\n")
    for name, words in (("for", "the option for"), ("me", "includes itself")):
        with pytest.raises(CannotDerive, match=words):
            derived(f"uwsgi {name}.ini")


# -------------------------------------------------------------------------- gunicorn


SAID = {
    "version": "27.0.1",
    "workers": 4,
    "threads": 2,
    "worker_connections": 1000,
    "worker_class": "gthread",
    "config": "./gunicorn.conf.py",
    "given_by": {"workers": "command", "threads": "file"},
    "preload": False,
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What gunicorn says; the live tests ask a real one."""

    def say(returncode: int = 0, stderr: str = "", **changed: object) -> None:
        done = subprocess.CompletedProcess(
            [], returncode, f"hello\n{json.dumps(SAID | changed)}\n", stderr
        )
        monkeypatch.setattr(gunicorn, "ask", lambda *_: done)

    return say


@pytest.mark.parametrize(
    ("changed", "declared"),
    [
        ({}, 8),
        ({"worker_connections": 1}, 4),
        ({"worker_class": "sync", "threads": 1}, 4),
        ({"worker_class": "gevent"}, 4000),
        ({"worker_class": "eventlet", "workers": 1}, 1000),
        ({"worker_class": "tornado"}, 4),
        ({"worker_class": "gunicorn.workers.gthread.ThreadWorker"}, 8),
    ],
)
def test_gunicorn(
    derived: Derive,
    answers: Callable[..., None],
    changed: dict[str, object],
    declared: int,
) -> None:
    answers(**changed)
    assert derived("gunicorn app:app").declared == declared


def test_gunicorn_says_from_what(
    derived: Derive, answers: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("bind = ''\nthreads = 1\nthreads = 2\n")
    answers()
    promise = derived("gunicorn -w 4 app:app")
    assert "4 workers × 2 threads" in promise.because
    assert "workers from the command line" in promise.because
    assert "threads from gunicorn.conf.py" in promise.because
    assert promise.settings["threads"].line == 3


def test_a_worker_class_of_somebody_else(
    derived: Derive, answers: Callable[..., None]
) -> None:
    answers(worker_class="uvicorn.workers.UvicornWorker")
    with pytest.raises(CannotDerive, match="UvicornWorker"):
        derived("gunicorn app:app")


def test_a_command_that_gunicorn_refuses(
    derived: Derive, answers: Callable[..., None]
) -> None:
    answers(2, "usage: …\ngunicorn: error: unrecognized arguments: --workes\n")
    with pytest.raises(Refused, match="unrecognized arguments: --workes"):
        derived("gunicorn --workes 3 app:app")
