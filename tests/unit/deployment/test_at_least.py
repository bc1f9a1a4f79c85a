"""How a deployment would declare more."""

from __future__ import annotations

import pytest

from harness.deployment.at_least import raise_to
from harness.deployment.declared.promise import Promise
from tests.builders.deployments import gunicorn
from tests.builders.deployments import pool


@pytest.mark.parametrize(
    ("at_least", "promise", "words"),
    [
        (3, gunicorn(2, "sync"), "`--workers 3` declares 3"),
        (6, gunicorn(4, "gthread"), "`--threads 3 --worker-connections 3` declares 6"),
        (5, gunicorn(4, "gthread", version="23.0.0"), "`--workers 1 --threads 5` decl"),
        (5, gunicorn(4, "gthread", workers=1), "`--workers 1 --threads 5` declares 5"),
        (7, gunicorn(6, "gevent"), "`--worker-connections 4` declares 8"),
        (5, pool("uwsgi", 4, processes=2, threads=2), "`processes = 3` declares 6"),
        (5, pool("uwsgi", 4, processes=2, gevent=2), "`processes = 3` declares 6"),
        (5, pool("waitress", 4, threads=4), "`--threads=5` declares 5"),
        (
            5,
            pool("granian", 4, workers=2, blocking_threads=2),
            "`--workers 1 --blockin",
        ),
        (2, Promise("werkzeug", 1, "", ""), "without `--without-threads`"),
    ],
)
def test_how_to_raise_what_is_declared(
    at_least: int, promise: Promise, words: str
) -> None:
    assert raise_to(at_least, promise).startswith(words)
    assert promise.declared is not None
    assert raise_to(promise.declared, promise) == "", "enough is declared"


@pytest.mark.parametrize(
    "promise",
    [
        None,
        gunicorn(1, "tornado"),
        pool("uvicorn", 10, workers=1, threads=10),
        pool("granian", 4, workers=2, blocking_threads=2, backpressure=2),
    ],
)
def test_nothing_is_said_where_nothing_is_known(promise: Promise | None) -> None:
    assert raise_to(99, promise) == ""
