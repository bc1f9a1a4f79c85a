"""Servers that are asked what a command declares answer correctly."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.declared.derive import derive
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where

FILES = {
    "u.ini": "[uwsgi]\nn = 3\nprocesses = %(n)\nlogto = u.log\n[other]\nthreads = 7\n",
    "loop.ini": "[uwsgi]\nfor = 2 4\nthreads = %(_)\nendfor =\nini = u.ini\n",
    "u.yml": "uwsgi:\n  processes: 3\n  threads: 2\n",
    "u.json": '{"uwsgi": {"processes": 3, "threads": 2}}',
    "u.xml": "<uwsgi><processes>3</processes><threads>2</threads></uwsgi>",
    "h.toml": "workers = 3\n",
    "h.py": "import os\nworkers = 1 + 1\nprint('hello')\n",
    "trio.toml": 'worker_class = "trio"\n',
}


@pytest.fixture
def derived(tmp_path: Path) -> Callable[..., Promise]:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

    def one(command: str, **variables: str) -> Promise:
        where = {**os.environ, "PATH": path, **variables}
        python = Path(sys.executable)
        return derive(command.split(), Where(tmp_path, python, where))

    return one


@pytest.mark.parametrize(
    ("command", "declared", "words"),
    [
        ("uwsgi -w a:a", 1, "processes and threads from the default"),
        ("uwsgi -p 2 --threads 2 -w a:a", 4, "threads from the command line"),
        ("uwsgi --gevent 5 -w a:a", 5, "5 greenlets"),
        ("uwsgi u.ini", 3, "processes from u.ini"),
        ("uwsgi u.ini --cheaper 2", 3, "of which it keeps 2 while few requests come"),
        ("uwsgi u.ini --threads 2", 6, "from the command line"),
        ("uwsgi u.ini --logdate", 3, "processes from u.ini"),
        ("uwsgi u.ini --log-date=%%Y/%%m", 3, "processes from u.ini"),
        ("uwsgi u.ini --master --logger file:/dev/null", 3, "processes from u.ini"),
        ("uwsgi --threads 7 loop.ini", 12, "4 threads"),
        ("uwsgi --ini loop.ini --threads 7", 21, "7 threads"),
        ("uwsgi --ini u.ini:other", 7, "7 threads"),
        ("uwsgi --yaml u.yml", 6, "from u.yml"),
        ("uwsgi u.json", 6, "from u.json"),
        ("env UWSGI_CHEAPER=1 uwsgi --xml u.xml", 6, "from u.xml"),
        ("hypercorn -c h.toml a:a", None, "3 workers"),
        ("hypercorn -c file:h.py a:a", None, "workers from h.py"),
        ("hypercorn -c h.toml -w 2 a:a", None, "2 workers"),
        ("granian --interface wsgi --backpressure 8 a:a", 4, "4 threads"),
        (
            "granian --interface wsgi --backpressure 2 --blocking-threads 4 a:a",
            2,
            "2 requests each",
        ),
    ],
)
def test_a_command_declares_its_number(
    derived: Callable[..., Promise], command: str, declared: int | None, words: str
) -> None:
    promise = derived(command)
    assert declared in (None, promise.declared)
    assert words in promise.because


def test_variables_of_the_server_are_used(derived: Callable[..., Promise]) -> None:
    uwsgi = derived("uwsgi -w a:a", UWSGI_PROCESSES="3")
    assert uwsgi.declared == 3
    granian = {"GRANIAN_INTERFACE": "wsgi", "GRANIAN_BLOCKING_THREADS": "3"}
    assert derived("granian a:a", **granian).declared == 3


def test_granians_own_default_is_used(derived: Callable[..., Promise]) -> None:
    one = derived("granian --interface wsgi a:a")
    two = derived("granian --interface wsgi --workers 2 a:a")
    assert one.declared == two.declared, "its limit is shared out among the workers"


@pytest.mark.parametrize(
    ("command", "kind", "words"),
    [
        ("uwsgi --ini none.ini", Refused, "none.ini"),
        ("uwsgi --procesess 3", Refused, "--procesess"),
        ("uwsgi --async 3 -w a:a", CannotDerive, "async"),
        ("uwsgi --emperor vassals", CannotDerive, "emperor"),
        ("hypercorn -c none.toml a:a", Refused, "none.toml"),
        ("hypercorn -c trio.toml a:a", CannotDerive, "trio"),
        ("granian --wsgi a:a", Refused, "--wsgi"),
        ("granian a:a", CannotDerive, "--interface wsgi"),
    ],
)
def test_an_unclear_command_is_unknown(
    derived: Callable[..., Promise], command: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        derived(command)
