"""``explain`` answers what a command declares, and finds the closest cells."""

import functools
import shlex
from pathlib import Path

import pytest

from harness.cli.explain import lines
from harness.deployment.command.setting import CannotDerive
from harness.deployment.declared.derive import derive
from harness.deployment.declared.derive import PAGES
from harness.deployment.environment import Where
from harness.plan.server_options import rules
from harness.site.cell_pages import written
from harness.site.explain import explain
from harness.site.explain import MeasuredCell
from harness.site.measured import measured_cells
from harness.site.measured import WITH_MORE
from tests.builders.atlas import CATALOG
from tests.builders.atlas import whole_atlas
from tests.builders.commands import PUBLIC

CONFIGURATIONS = [
    (server.name, each.id)
    for server in CATALOG.servers
    for each in server.configuration
    if not (each.behind or each.wrapper or WITH_MORE in f"{each.app}{each.argv}")
    and each.at_first is None
]

SCRIPTS = {
    *("gevent", "eventlet", "tornado", "bjoern", "meinheld", "pyruvate", "wsgiref"),
}
"""Servers without a command line, which a script starts."""


@functools.cache
def measured() -> list[MeasuredCell]:
    return measured_cells(whole_atlas())


@pytest.mark.parametrize("key", CONFIGURATIONS, ids="/".join)
def test_an_answer_matches_the_catalog_or_is_unknown(
    key: tuple[str, str],
) -> None:
    cell = whole_atlas().newest[key].cell
    answer = explain(written(whole_atlas(), cell), measured())
    if answer.declared is None and not answer.unbounded:
        depends = cell.declared_formula or "wsgi" in cell.configuration
        depends = depends or "asgi" in cell.configuration or cell.server in SCRIPTS
        script = cell.configuration.startswith("app-run") or cell.server == "twisted"
        assert depends or script, answer
        return
    assert answer.declared == cell.declared, answer
    assert answer.nearest == cell.id and answer.exact, answer


OF_FILES = {"mod-wsgi-daemon", "unit"}
"""Servers whose numbers are in files, which only ``declares`` reads."""


def test_every_server_with_a_command_is_recognized() -> None:
    known = {each.name for each in rules().server} - OF_FILES
    assert known | SCRIPTS == {server.name for server in CATALOG.servers}


@pytest.mark.parametrize(
    ("command", "declared", "nearest"),
    [
        ("gunicorn -w 4 --threads 2 app:app", 8, "gthread-4x2"),
        ("gunicorn -w3 --threads=4 app:app", 12, "gthread-2x4"),
        ("exec gunicorn --workers 9 'app:create_app()'", 9, "sync-4"),
        ("WEB_CONCURRENCY=3 gunicorn app:app", 3, "sync-4"),
        ("GUNICORN_CMD_ARGS='--threads 4' gunicorn app:app", 4, "gthread-1x4"),
        ("poetry run gunicorn -k gevent app:app", 1000, "gevent"),
        ("env WEB_CONCURRENCY=3 nice -n 5 gunicorn app:app", 3, "sync-4"),
        ("uv run --with x gunicorn -w 2 app:app", 2, "default"),
        ("python3.12 -m gunicorn -k gevent -w 2 app:app", 2000, "gevent-2"),
        ("python -u /venv/bin/gunicorn -w 9 app:app", 9, "sync-4"),
        ("python -m cProfile -o out -m gunicorn -w 9 app:app", 9, "sync-4"),
        (
            "gunicorn --threads 4 --worker-connections 4 app:app",
            4,
            "gthread-1x4-connections-4",
        ),
        ("gunicorn -c conf.py -k sync -w 4 app:app", None, ""),
        ("gunicorn -c conf.py -k gthread -w 4 --threads 2 app:app", None, ""),
        ("waitress-serve --call hello:create_app", 4, "default"),
        ("/venv/bin/waitress-serve --threads=16 app:app", 16, "threads-8"),
        ("flask --app hello run", None, "run"),
        ("flask run --without-threads", 1, "run-without-threads"),
        ("uwsgi --http :80 -p 4 --threads 2 --module app:app", 8, "processes-2x4"),
        ("ddtrace-run uvicorn --interface wsgi --workers 3 a:a", 30, "wsgi-workers-2"),
    ],
)
def test_commands_are_read_as_people_write_them(
    command: str, declared: int | None, nearest: str
) -> None:
    answer = explain(command, measured())
    assert answer.declared == declared
    assert nearest in (answer.nearest.split("/") or [""])[2:3] + [answer.nearest]


@pytest.mark.parametrize(("command", "what"), PUBLIC)
def test_commands_from_public_files_are_explained(
    command: str, what: int | str
) -> None:
    answer = explain(command, measured())
    if what == "no bound":
        assert answer.unbounded
    elif isinstance(what, int):
        assert answer.declared == what, answer
        assert answer.nearest, answer
    else:
        assert answer.declared is None and not answer.unbounded, answer
        assert what in answer.because, answer
        assert not answer.nearest


def test_one_worker_is_singular() -> None:
    answer = explain("uwsgi --module a --threads 4", ())
    assert answer.because == "threads: 1 process × 4 threads = 4."
    answer = explain("gunicorn a:b --threads 2", ())
    assert answer.because == "gthread: 1 worker × 2 threads = 2."


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "no command"),
        ("node server.js", "not a server whose options"),
        ("gunicorn -w $WORKERS app:app", "variable WORKERS"),
        ("gunicorn -w ${N:-2} app:app", "variable N"),
        ("gunicorn -w two app:app", "not a number"),
        ("gunicorn -w -1 app:app", "not a number that is possible here: -1"),
        ("gunicorn -w 2 app:app | tee log", "shell"),
        ("gunicorn 'app:app", "quotes"),
        ("gunicorn -c gunicorn.conf.py app:app", "file"),
        ("gunicorn -k mine.Worker app:app", "worker class"),
        ("uwsgi --ini uwsgi.ini", "file"),
        ("uwsgi app.ini", "file"),
        ("uvicorn app:app", "wraps"),
        ("flask shell", "does not start"),
        ("gunicorn -w 0 app:app", "zero"),
    ],
)
def test_an_unknown_answer_says_why(command: str, why: str) -> None:
    answer = explain(command, measured())
    assert answer.declared is None and not answer.unbounded
    assert why in answer.because
    assert not answer.nearest


@pytest.mark.parametrize("key", CONFIGURATIONS, ids="/".join)
def test_it_agrees_with_what_a_check_derives(
    key: tuple[str, str], tmp_path: Path
) -> None:
    """For servers where a check reads nothing but the command."""
    cell = whole_atlas().newest[key].cell
    words = shlex.split(written(whole_atlas(), cell))
    if cell.server not in PAGES or words[:1] == ["python"]:
        return
    where = Where(tmp_path / "python", tmp_path, {})
    try:
        declared = derive(words, where).declared
    except CannotDerive:
        declared = None
    assert explain(shlex.join(words), ()).declared == declared


def test_the_verb_prints_the_answer_line_by_line() -> None:
    answer = explain("gunicorn -w 4 --threads 2 app:app", measured())
    assert lines(answer, measured())[0] == "declares 8"
    assert lines(answer, measured())[-1].startswith(
        "measured with exactly these settings: flask-3.1.3/gunicorn-27.0.1/gthread-4x2"
    )
    nothing = lines(explain("node x", measured()), measured())
    assert nothing[0] == "it is not known how many requests it declares"
    assert nothing[-1] == "no similar configuration was measured"
