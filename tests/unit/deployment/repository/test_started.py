"""The number that a command declares is computed from it and the files it names."""

import shlex
from pathlib import Path

import pytest

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.shell import CommandContext
from harness.deployment.repository.script import SimpleCommand
from harness.deployment.repository.started import count
from harness.deployment.repository.started import Counted

FILES = {
    "c.py": "workers = cpu_count() * 2 + 1\nthreads = 2\n",
    "green.py": "worker_class = 'gevent'\nworker_connections = 5\n",
    "conf/web.py": "workers = 3\n",
    "odd.py": "workers = f()\n",
    "broken.py": "workers = (",
    "u.ini": "[other]\nthreads = 9\n[uwsgi]\nprocesses = %k\nthreads = 2\n",
    "loop.ini": "[uwsgi]\nfor = 1 2\n",
}


def counted(command: str, folder: Path, **variables: str) -> Counted:
    (folder / "conf").mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    words = tuple(shlex.split(command))
    context = CommandContext((folder,), variables, 4)
    return count(SimpleCommand(words, variables, 1), context)


@pytest.mark.parametrize(
    ("command", "declared", "because"),
    [
        ("gunicorn a:a", 1, "1 worker"),
        ("gunicorn -w 2 --threads 4 a:a", 8, "2 workers × 4 threads"),
        ("gunicorn -k gthread --threads=3 a:a", 3, "1 worker × 3 threads"),
        ("gunicorn -k gevent -w2 a:a", 2000, "2 workers × 1000 connections"),
        ("gunicorn -k gevent_pywsgi a:a", 1000, "1 worker × 1000 connections"),
        (
            "gunicorn --threads 4 --worker-connections 2 -k gthread a",
            2,
            "1 worker × 2 threads",
        ),
        ("gunicorn -c c.py a:a", 18, "9 workers × 2 threads"),
        ("gunicorn -c file:c.py -w 1 a:a", 2, "1 worker × 2 threads"),
        ("gunicorn -c green.py a:a", 5, "1 worker × 5 connections"),
        ("python -m gunicorn a:a", 1, "1 worker"),
        ("uwsgi --ini u.ini", 8, "4 processes × 2 threads"),
        ("uwsgi u.ini -p 1 --gevent 9", 9, "1 process × 9 greenlets"),
        ("uwsgi -w a", 1, "1 process × 1 thread"),
        ("hypercorn a:a -w 2", 16, "2 workers × 8 threads"),
        (
            "granian --interface wsgi --workers 2 --blocking-threads 3 a:a",
            6,
            "2 workers × 3 threads",
        ),
        ("waitress-serve --threads 7 a:a", 7, "one process × 7 threads"),
        ("uvicorn --interface wsgi --workers 2 a:a", 20, "2 workers × 10 threads"),
        ("flask run", None, "a thread for every connection"),
        ("flask run --without-threads", 1, "takes one"),
    ],
)
def test_a_command_has_its_number(
    command: str, declared: int | None, because: str, tmp_path: Path
) -> None:
    found = counted(command, tmp_path)
    assert found.declared == declared and because in found.because


def test_variables_are_used_as_by_the_server(tmp_path: Path) -> None:
    assert counted("gunicorn a", tmp_path, WEB_CONCURRENCY="3").declared == 3
    assert counted("gunicorn -w 2 a", tmp_path, WEB_CONCURRENCY="3").declared == 2
    arguments = "--threads 5 -w 2"
    found = counted("gunicorn a -w 1", tmp_path, GUNICORN_CMD_ARGS=arguments)
    assert found.declared == 5


def test_an_overridden_file_is_not_used(tmp_path: Path) -> None:
    for command, file, overrides in (
        ("gunicorn -c c.py -w 2", "c.py", True),
        ("gunicorn -c c.py -w 9", "c.py", False),
        ("gunicorn -c c.py --preload", "c.py", False),
        ("gunicorn -c python:conf.web", "conf/web.py", False),
    ):
        found = counted(command, tmp_path)
        assert (found.reads, found.overrides) == (tmp_path / file, overrides)
    assert counted("uwsgi --ini u.ini -p 9", tmp_path).overrides is True


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("gunicorn -c none.py a", "its file none.py is not here"),
        ("gunicorn -c odd.py a", r"workers in odd.py: `f\(\)` is not evaluated"),
        ("gunicorn -c broken.py a", "cannot be read as Python"),
        ("gunicorn -w $N a", r"workers depends on \$N"),
        ("gunicorn -k mine.Special a", "the worker class mine.Special"),
        ("uwsgi loop.ini", "more than a list"),
        ("uwsgi --async 3", "async"),
        ("hypercorn -k trio a", "trio"),
        ("hypercorn -c x a", "not read"),
        ("granian --interface wsgi a", "differs by release"),
        ("granian a", "--interface wsgi"),
        ("celery worker", "not a server"),
    ],
)
def test_unknown_numbers_are_reported(command: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDerive, match=why):
        counted(command, tmp_path)
