"""How long servers wait, by their words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from harness.deployment.declares.patience import NOT_KNOWN
from harness.deployment.declares.patience import Patience
from harness.deployment.declares.patience import patience
from harness.deployment.shell import CommandContext


def of(words: str, folder: Path, **variables: str) -> Patience:
    context = CommandContext((folder,), variables, 2)
    return patience(shlex.split(words), context, "Procfile:1")


NEVER = "never"
UNKNOWN = "not known"


@pytest.mark.parametrize(
    ("words", "answer", "idle"),
    [
        ("gunicorn app:app", 30, 0),
        ("gunicorn -w 4 -t 90 app:app", 90, 0),
        ("gunicorn --timeout=0 app:app", NEVER, 0),
        ("gunicorn --threads 4 app:app", NEVER, 2),
        ("gunicorn --threads 4 --keep-alive 65 app:app", NEVER, 65),
        ("gunicorn --threads 4 --keep-alive 0 app:app", NEVER, 0),
        ("gunicorn --threads 4 --worker-connections 4 app:app", NEVER, 0),
        ("gunicorn --threads 4 --worker-connections 5 app:app", NEVER, 2),
        ("gunicorn -k gevent --timeout 5 app:app", NEVER, 2),
        ("gunicorn -k some.Other app:app", UNKNOWN, UNKNOWN),
        ("gunicorn --timeout $T app:app", UNKNOWN, UNKNOWN),
        ("gunicorn -c missing.py app:app", UNKNOWN, UNKNOWN),
        ("uwsgi --http :80 --module app", NEVER, 0),
        ("uwsgi --http :80 --module app --harakiri 20", 20, 0),
        ("uwsgi --http :80 --http-keepalive --module app", NEVER, UNKNOWN),
        ("uwsgi --ini uwsgi.ini", UNKNOWN, UNKNOWN),
        ("waitress-serve app:app", NEVER, 120),
        ("uvicorn --interface wsgi --timeout-keep-alive 70 app:app", NEVER, 70),
        ("hypercorn wsgi:app:app", NEVER, 5),
        ("flask run", NEVER, 0),
        ("granian --interface wsgi app:app", NEVER, UNKNOWN),
        ("python serve.py", UNKNOWN, UNKNOWN),
    ],
)
def test_commands(
    words: str, answer: float | str, idle: float | str, tmp_path: Path
) -> None:
    found = of(words, tmp_path)
    for each, expected in zip(found, (answer, idle), strict=True):
        if expected == UNKNOWN:
            assert each is None
        else:
            assert each is not None
            assert each.seconds == (None if expected == NEVER else expected)


def test_a_file_of_gunicorn(tmp_path: Path) -> None:
    conf = tmp_path / "gunicorn.conf.py"
    conf.write_text("import os\ntimeout = 2 * 60\nkeepalive = 75\n")
    found = of("gunicorn app:app", tmp_path)
    assert found.answer is not None and found.answer.seconds == 120
    threads = of("gunicorn --threads 2 --timeout 5 app:app", tmp_path)
    assert threads.idle is not None and threads.idle.seconds == 75
    conf.write_text("timeout = int(open('t').read())\n")
    assert of("gunicorn app:app", tmp_path) == NOT_KNOWN


def test_variables_of_gunicorn(tmp_path: Path) -> None:
    found = of("gunicorn app:app", tmp_path, GUNICORN_CMD_ARGS="--timeout 45")
    assert found.answer is not None and found.answer.seconds == 45
