"""What a command declares is derived only if there is no doubt."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.deployment.command.program import server_command
from harness.deployment.command.program import server_name
from harness.deployment.command.program import server_words
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.declared import ask_server
from harness.deployment.declared import uwsgi
from harness.deployment.declared.derive import derive
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where
from harness.system.command import Output

Derive = Callable[..., Promise]


@pytest.fixture
def derived(tmp_path: Path) -> Derive:
    def one(command: str, **variables: str) -> Promise:
        where = Where(tmp_path, Path("python"), variables)
        return derive(command.split(), where)

    return one


@pytest.mark.parametrize(
    "command",
    [
        "env A=1 B=2 gunicorn app",
        "nice -n 5 env A=1 env B=2 gunicorn app",
        "env A=1 python -m gunicorn app",
        "sh -c 'A=1 B=2 exec gunicorn app'",
        "env B=0 sh -c 'A=1 B=2 gunicorn app'",
        "env A=1 sh -c 'exec env B=2 gunicorn app'",
    ],
)
def test_variables_that_a_command_sets_are_the_servers(command: str) -> None:
    program, arguments, variables = server_command(shlex.split(command))
    assert (program, arguments) == ("gunicorn", ("app",))
    expected = {"A": "1"} if "python" in command else {"A": "1", "B": "2"}
    assert variables == expected


def test_a_variable_set_by_the_command_decides(derived: Derive) -> None:
    promise = derived("env WEB_CONCURRENCY=3 uvicorn --interface wsgi shop:app")
    assert promise.declared == 30


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("gunicorn app", "gunicorn"),
        ("/srv/bin/gunicorn app", "gunicorn"),
        ("python3.12 -X dev -m gunicorn app", "gunicorn"),
        ("env A=1 B=2 gunicorn app", "gunicorn"),
        ("uv run --frozen gunicorn app", "gunicorn"),
        ("newrelic-admin run-program gunicorn app", "gunicorn"),
        ("tini -g -- gunicorn app", "gunicorn"),
        ("nice -n 10 timeout -s KILL 60 stdbuf -o L gunicorn app", "gunicorn"),
        ("uv run --with x --env-file .env gunicorn app", "gunicorn"),
        ("python /srv/venv/bin/gunicorn app", "gunicorn"),
        ("python -u -X dev /srv/venv/bin/gunicorn app", "gunicorn"),
        ("dotenv -f .env run -- waitress-serve app", "waitress"),
        ("gosu www-data python -m flask run", "werkzeug"),
        ("poetry run serve --now", "serve"),
        ("flask run", "werkzeug"),
        ("python -m flask run", "werkzeug"),
        ("waitress-serve app", "waitress"),
        ("python serve.py", "python"),
        ("sh -c 'exec gunicorn app -w 2'", "gunicorn"),
        ("bash -c 'gunicorn app -w $N'", ""),
        ("sh -c 'cd x && gunicorn app'", ""),
        ("sh serve.sh", "sh"),
    ],
)
def test_the_server_is_recognised(command: str, name: str) -> None:
    assert server_name(shlex.split(command)) == name


def test_words_after_the_server_are_its_arguments() -> None:
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
        ("waitress-serve --threads 8 --connection-limit 4 app:app", 4),
        ("uvicorn --interface wsgi --limit-concurrency 4 app:app", 4),
    ],
)
def test_options_declare_a_number(
    derived: Derive, command: str, declared: int | None
) -> None:
    assert derived(command).declared == declared


def test_a_number_says_which_options_it_comes_from(derived: Derive) -> None:
    promise = derived("uvicorn --interface wsgi app:app", WEB_CONCURRENCY="3")
    assert promise.because == (
        "3 workers × 10 threads (workers from the variable WEB_CONCURRENCY)"
    )
    assert (promise.value("workers"), promise.value("threads")) == (3, 10)
    promise = derived("waitress-serve app:app")
    assert promise.because == "one process × 4 threads (threads from the default)"


@pytest.mark.parametrize(
    ("command", "variables", "declared"),
    [
        ("uvicorn --interface wsgi app:app", {"WEB_CONCURRENCY": "3"}, 30),
        ("flask run", {"FLASK_RUN_WITH_THREADS": "0"}, 1),
    ],
)
def test_variables_declare_a_number(
    derived: Derive, command: str, variables: dict[str, str], declared: int
) -> None:
    assert derived(command, **variables).declared == declared


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("serve app", "not a server whose options"),
        ("flask shell", "not `flask run`"),
        ("uvicorn app:app", "--interface wsgi"),
        ("waitress-serve --threads=many app:app", "not a number"),
        ("waitress-serve --threads=0 app:app", "0"),
    ],
)
def test_unknown_numbers_are_not_guessed(
    derived: Derive, command: str, words: str
) -> None:
    with pytest.raises(CannotDerive, match=words):
        derived(command)


# --------------------------------------------------- servers that are asked themselves
# The answers are fixed here; tests/live asks real servers.


Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Set what the server answers about the command."""

    def say(said: object, returncode: int = 0, stderr: str = "") -> None:
        text = said if isinstance(said, str) else f"hello\n{json.dumps(said)}\n"
        done = Output(text, stderr, returncode)
        monkeypatch.setattr(ask_server, "ask", lambda *_: done)
        monkeypatch.setattr(uwsgi, "ask_command", lambda *_: done)

    return say


def shown(*options: str) -> str:
    """Return uWSGI's output of its configuration."""
    lines = (";uWSGI instance configuration", "[uwsgi]", *options, ";end")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("options", "declared"),
    [
        ((), 1),
        (("processes = 4",), 4),
        (("p = 4", "threads = 2"), 8),
        (("threads = 9", "workers = 2", "threads = 3"), 6),
        (("gevent = 100",), 100),
        (("workers = 2", "threads = 3", "gevent = 100"), 200),
        (("env = processes = 9", "max-threads = 7"), 1),
    ],
)
def test_uwsgis_options_declare_a_number(
    derived: Derive, answers: Answers, options: tuple[str, ...], declared: int
) -> None:
    answers(shown(*options))
    assert derived("uwsgi -w app:app").declared == declared


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("u.ini", "[uwsgi]\n; threads = 9\nprocesses = 2\nthreads = 3\n"),
        ("u.yml", "uwsgi:\n  # threads: 3\n  processes: 2\n  threads: 3\n"),
        ("u.json", '{"uwsgi": {\n\n"processes": 2,\n"threads": 3}}'),
        ("u.xml", "<uwsgi>\n\n<processes>2</processes>\n<threads>3</threads></uwsgi>"),
    ],
)
def test_uwsgi_names_the_file_of_a_setting(
    derived: Derive, answers: Answers, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    read = f"[uWSGI] getting INI configuration from {name}\n[uWSGI] getting INI "
    told = read + "configuration from /other/ask.ini\n"
    answers(shown("processes = 2", "threads = 3"), stderr=told)
    promise = derived(f"uwsgi {name}")
    threads = promise.settings["threads"]
    assert (promise.declared, threads.source, threads.line) == (6, name, 4)
    assert f"from {name}" in promise.because


def test_uwsgi_names_the_variable_of_a_setting(
    derived: Derive, answers: Answers
) -> None:
    answers(shown("processes = 3"))
    promise = derived("uwsgi -w app:app", UWSGI_PROCESSES="3")
    assert "from the variable UWSGI_PROCESSES" in promise.because


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (shown("async = 10", "ugreen = true"), "async"),
        (shown("loop = asyncio"), "loop"),
        (shown("emperor = /etc"), "emperor"),
        (shown("threads = many"), "not a number"),
        ("", "does not show"),
    ],
)
def test_unclear_options_of_uwsgi_are_unknown(
    derived: Derive, answers: Answers, said: str, words: str
) -> None:
    answers(said)
    with pytest.raises(CannotDerive, match=words):
        derived("uwsgi -w app:app")


HYPERCORN = {"workers": 2, "worker_class": "asyncio", "threads": 6}
GRANIAN = {"interface": "wsgi", "workers": 2, "threads": 3, "backpressure": 512}
GRANIAN["version"] = "2.8.7"


@pytest.mark.parametrize(
    ("command", "said", "declared", "words"),
    [
        ("hypercorn -w 2 a:a", HYPERCORN, 12, "workers from the command line"),
        ("hypercorn -c h.toml a:a", HYPERCORN, 12, "workers from h.toml"),
        ("hypercorn -c file:h.py a:a", HYPERCORN, 12, "workers from h.py"),
        ("hypercorn a:a", HYPERCORN | {"workers": 0}, 6, "workers from the default"),
        ("granian a:a", GRANIAN, 6, "2 workers × 3 threads"),
        ("granian a:a", GRANIAN | {"backpressure": 1}, 2, "2 workers × 1 requests"),
    ],
)
def test_the_settings_of_hypercorn_and_granian_declare_a_number(
    derived: Derive,
    answers: Answers,
    tmp_path: Path,
    command: str,
    said: dict[str, object],
    declared: int,
    words: str,
) -> None:
    for name in ("h.toml", "h.py"):
        (tmp_path / name).write_text("bind = ''\nworkers = 2\n")
    answers(said)
    promise = derived(command)
    assert promise.declared == declared
    assert words in promise.because


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "a thread that has just got a request for an idle one"),
        ({"version": "2.6.1"}, "two requests wait"),
        ({"version": "1.7.6"}, ""),
        ({"threads": 1}, ""),
    ],
)
def test_how_granian_starts_threads_depends_on_its_release(
    derived: Derive, answers: Answers, said: dict[str, object], words: str
) -> None:
    answers(GRANIAN | said)
    by_chance = derived("granian a:a").by_chance
    assert words in by_chance and bool(words) == bool(by_chance)


@pytest.mark.parametrize(
    ("command", "said", "words"),
    [
        ("hypercorn a:a", HYPERCORN | {"worker_class": "trio"}, "trio"),
        ("granian a:a", GRANIAN | {"interface": "rsgi"}, "--interface wsgi"),
        ("granian a:a", {"interface": "wsgi"}, "granian did not say"),
    ],
)
def test_unclear_settings_of_hypercorn_and_granian_are_unknown(
    derived: Derive, answers: Answers, command: str, said: object, words: str
) -> None:
    answers(said)
    with pytest.raises(CannotDerive, match=words):
        derived(command)


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
def test_the_settings_of_gunicorn_declare_a_number(
    derived: Derive,
    answers: Answers,
    changed: dict[str, object],
    declared: int,
) -> None:
    answers(SAID | changed)
    assert derived("gunicorn app:app").declared == declared


def test_gunicorns_settings_name_their_source(
    derived: Derive, answers: Answers, tmp_path: Path
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("bind = ''\nthreads = 1\nthreads = 2\n")
    answers(SAID)
    promise = derived("gunicorn -w 4 app:app")
    assert "4 workers × 2 threads" in promise.because
    assert "workers from the command line" in promise.because
    assert "threads from gunicorn.conf.py" in promise.because
    assert promise.settings["threads"].line == 3


def test_an_unknown_worker_class_is_unknown(derived: Derive, answers: Answers) -> None:
    answers(SAID | {"worker_class": "uvicorn.workers.UvicornWorker"})
    with pytest.raises(CannotDerive, match="UvicornWorker"):
        derived("gunicorn app:app")


def test_a_command_that_gunicorn_refuses_is_unknown(
    derived: Derive, answers: Answers
) -> None:
    answers("", 2, "usage: …\ngunicorn: error: unrecognized arguments: --workes\n")
    with pytest.raises(Refused, match="unrecognized arguments: --workes"):
        derived("gunicorn --workes 3 app:app")
