"""Users' deployments are measured as they are, and reports about them are true."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from harness.cli.schema import schema_of
from harness.deployment.hook import WAY_IN
from tests.live.commands import started_by_chance
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked
from tests.live.deployment.conftest import EXAMPLES
from tests.live.deployment.conftest import ROOT

HOOK = ROOT / "harness" / "target" / "hook"

APP = """\
from flask import Flask, abort
def create_app():
    app = Flask(__name__)
    app.before_request(lambda: abort(401))
    return app
app = create_app()
"""


@pytest.fixture
def deploy(check: Check, tmp_path: Path) -> Check:
    """Check one command that serves a small app behind a login wall."""
    folder = tmp_path / "mine"

    def run(command: str, *lines: str, app: str = APP, options: Any = ()) -> Checked:
        folder.mkdir(exist_ok=True)
        (folder / "shop.py").write_text(app)
        text = ["[[deployment]]", 'name = "mine"', f'command = "{command}"', *lines]
        (folder / "concurrency.toml").write_text("\n".join(text))
        return check(folder, *options)

    return run


def numbers(checked: Checked, name: str = "mine") -> tuple[str, int, int]:
    """Return the verdict on a deployment, with its ceiling and its floor."""
    cell = checked.cells[name]
    return cell["verdict"], cell["ceiling"], cell["floor"]


# ------------------------------------------------------------------- other questions


def test_other_questions_can_be_asked_about_any_app(deploy: Check) -> None:
    command = "gunicorn --worker-class gevent --worker-connections 4 shop:app"
    command += " --backlog 10 --bind {host}:{port}"
    checked = deploy(command, options=("--ask", "waits,parallel,self-call,overflow"))
    assert (checked.code, numbers(checked)) == (0, ("as declared", 4, 4))
    answers = {each["question"]: each for each in checked.cells["mine"]["answers"]}
    assert answers["waits"]["answer"] == "blocking: 1"
    assert answers["parallel"]["answer"] == "1"
    assert answers["self-call"]["answer"] == "yes; deadlock at 4"
    assert answers["overflow"]["answer"] == "11 wait in the backlog, then stall"
    call = "Can a request call its own server? (self-call) yes; deadlock at 4"
    assert call in checked.out.splitlines()


# -------------------------------------------------------------------------- examples


@pytest.mark.parametrize(
    ("folder", "code", "expected"),
    [
        ("login-wall", 0, {"production": ("as declared", 8, 8)}),
        ("uwsgi-ini", 0, {"production": ("as declared", 4, 4)}),
        (
            "flask-run",
            0,
            {
                "threads": ("as declared", 64, 64),
                "one-at-a-time": ("as declared", 1, 1),
            },
        ),
        ("slow-import", 0, {"web": ("as declared", 3, 3)}),
        ("forks", 0, {"container": ("as declared", 2, 2)}),
        (
            "patched-late",
            1,
            {"too-late": ("fewer", 1, 1), "in-time": ("as declared", 10, 10)},
        ),
        ("someone-elses", 0, {"httpbin": ("as declared", 4, 4)}),
        (
            "what-runs-out-first",
            1,
            {
                "formula": ("uneven", 8, 4),
                "even": ("as declared", 8, 8),
                "nginx": ("as declared", 8, 8),
                "pool": ("as declared", 8, 8),
                "wide-pool": ("as declared", 8, 8),
            },
        ),
    ],
)
def test_the_examples_give_their_numbers(
    check: Check, folder: str, code: int, expected: dict[str, tuple[str, int, int]]
) -> None:
    checked = check(EXAMPLES / folder)
    assert {name: numbers(checked, name) for name in checked.cells} == expected
    assert (checked.code, bool(checked.message)) == (code, bool(code))


def test_every_example_is_in_the_list_and_in_a_test() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    tested = "".join(
        p.read_text() for p in Path(__file__).parents[1].rglob("test_*.py")
    )
    for folder in EXAMPLES.iterdir():
        if folder.is_dir():
            assert f"[{folder.name}]({folder.name}/)" in listed
            assert f'"{folder.name}"' in tested


# ------------------------------------------------------------------- servers, the hook


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn shop:app -w 3 -b {host}:{port}", 3),
        ("gunicorn 'shop:create_app()' --threads 3 -b {host}:{port}", 3),
        ("gunicorn shop:app -w 2 --preload -b {host}:{port}", 2),
        ("gunicorn shop:app -k gevent --worker-connections 5 -b {host}:{port}", 5),
        ("python -m gunicorn shop:app -b {host}:{port}", 1),
        ("sh -c 'exec gunicorn shop:app -w 2 -b {host}:{port}'", 2),
        ("waitress-serve --threads=3 --listen={host}:{port} shop:app", 3),
        ("uwsgi -w shop:app --need-app --master -p 2 --http-socket {host}:{port}", 2),
        (
            "uwsgi -w shop:app --http {host}:{port} --gevent 5 --gevent-monkey-patch",
            5,
        ),
        ("uvicorn --interface wsgi --host {host} --port {port} shop:app", 10),
    ],
)
def test_a_server_is_measured_as_declared(
    deploy: Check, command: str, expected: int
) -> None:
    checked = deploy(command)
    assert numbers(checked) == ("as declared", expected, expected)
    assert checked.code == 0
    assert checked.cells["mine"]["declared"] == expected


@pytest.mark.parametrize(
    ("options", "expected"), [("--blocking-threads 3", 3), ("--backpressure 8", 4)]
)
def test_granians_threads_start_by_chance(
    deploy: Check, options: str, expected: int
) -> None:
    command = f"granian --interface wsgi {options} --host {{host}} --port {{port}}"
    checked = deploy(f"{command} shop:app")
    assert checked.cells["mine"]["declared"] == expected
    assert numbers(checked) in started_by_chance(expected)
    assert checked.cells["mine"]["floor_by"] == "seen"
    said = checked.cells["mine"]["reason"]
    assert "The lowest number was only seen, not guaranteed: granian" in said
    assert checked.code == 1
    assert "write the number that you need as `at-least`" in said
    asked = deploy(f"{command} shop:app", "at-least = 1")
    assert numbers(asked) in started_by_chance(expected)
    assert asked.code == 0


def test_hypercorns_number_is_that_of_its_thread_pool(deploy: Check) -> None:
    checked = deploy("hypercorn -b {host}:{port} shop:app")
    declared = checked.cells["mine"]["declared"]
    assert numbers(checked) == ("as declared", declared, declared)


APPS = {
    "several": """\
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
app = DispatcherMiddleware(Flask("a"), {"/api": Flask("b")})
""",
    "blueprints": """\
from flask import Blueprint, Flask, abort
pages = Blueprint("pages", __name__)
@pages.get("/<path:path>")
def page(path): abort(404)
app = Flask(__name__)
app.register_blueprint(pages)
app.wsgi_app = (lambda inner: lambda e, s: inner(e, s))(app.wsgi_app)
""",
    "subclass": """\
import flask
class Shop(flask.Flask):
    def __call__(self, environ, start_response):
        return super().__call__(environ, start_response)
app = Shop(__name__)
""",
    "only wsgi_app": """\
from flask import Flask
app = Flask(__name__).wsgi_app
""",
}


def test_a_make_target_is_measured(deploy: Check, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    recipe = "serve:\n\tgunicorn shop:app -w 2 -b 127.0.0.1:$(PORT)\n"
    (tmp_path / "mine" / "Makefile").write_text(recipe)
    checked = deploy("make serve", 'env = { PORT = "{port}" }', "declared = 2")
    assert numbers(checked) == ("as declared", 2, 2)
    assert checked.cells["mine"]["id"].startswith("flask-3")


@pytest.mark.parametrize("kind", APPS)
def test_an_app_of_any_kind_is_measured(deploy: Check, kind: str) -> None:
    checked = deploy("gunicorn shop:app -w 2 -b {host}:{port}", app=APPS[kind])
    assert numbers(checked) == ("as declared", 2, 2)


SECRET = {"FLASK_CONCURRENCY_PROBE": "127.0.0.1:9", "FLASK_CONCURRENCY_TOKEN": "abc"}


def python(code: str, **variables: str) -> str:
    """Return the output of a Python with the hook on its path."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(HOOK), **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


ROUTE = """\
import flask
app = flask.Flask("x")
client = app.test_client()
path = "/.flask-concurrency/ready"
for secret in (None, "", "abd", "\\xe9", "abc"):
    headers = {} if secret is None else {"X-Flask-Concurrency": secret}
    print(client.get(path, headers=headers).status_code, end=" ")
print(client.get("/", headers={"X-Flask-Concurrency": "abc"}).status_code)
"""


def test_only_a_holder_of_the_secret_can_use_the_route() -> None:
    assert python(ROUTE, **SECRET) == "404 404 404 404 200 404"
    assert python(ROUTE) == "404 404 404 404 404 404"
    assert python(ROUTE, **SECRET | {"FLASK_CONCURRENCY_TOKEN": ""})[-3:] == "404"


LOADED = "import sys; print(sorted(sys.modules), sys.path, sys.meta_path)"


def test_without_the_variables_the_hook_does_nothing() -> None:
    with_hook, without = python(LOADED), python(LOADED, PYTHONPATH="")
    assert "start.Finder" in python(LOADED, **SECRET)
    assert str(HOOK) not in with_hook
    assert "start.Finder" not in with_hook
    assert "'flask" not in with_hook.partition("]")[0]
    # Only the hook and its search for another sitecustomize are new.
    assert with_hook.count("'") - without.count("'") <= 2 * 7


def test_flask_is_not_imported_by_the_hook() -> None:
    assert "'flask" not in python(LOADED, **SECRET).partition("]")[0]


def test_an_existing_sitecustomize_runs_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.mine = __name__")
    path = os.pathsep.join((str(HOOK), str(tmp_path)))
    code = "import sys; print(sys.mine, sys.modules['sitecustomize'].__file__)"
    for variables in ({}, SECRET):
        said = python(code, PYTHONPATH=path, **variables)
        assert said == f"sitecustomize {tmp_path / 'sitecustomize.py'}"
    assert python(ROUTE, PYTHONPATH=path, **SECRET).endswith("200 404")


def test_a_failing_sitecustomize_does_not_disable_the_hook(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise ImportError('mine')")
    path = os.pathsep.join((str(HOOK), str(tmp_path)))
    with pytest.raises(AssertionError, match="mine"):
        python("", PYTHONPATH=path)
    quiet = f"import os; os.dup2(1, 2)\n{ROUTE}"
    done = subprocess.run(
        [sys.executable, "-c", quiet],
        env={**os.environ, "PYTHONPATH": path, **SECRET},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip().endswith("200 404")


def test_an_agent_with_its_own_sitecustomize_does_not_hide_the_hook(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.agent = True")
    path = os.pathsep.join((str(tmp_path), str(HOOK)))
    given = {"PYTHONWARNINGS": f"{WAY_IN},error::ImportWarning", "PYTHONPATH": path}
    code = f"import sys; print(sys.agent, sys.warnoptions)\n{ROUTE}"
    printed = python(code, **given, **SECRET).splitlines()
    assert printed == ["True ['error::ImportWarning']", "404 404 404 404 200 404"]
    assert "_flask_concurrency_start.Finder" not in python(LOADED, **given)


# ------------------------------------------------------------------ what is declared


def test_gunicorn_reads_its_own_settings(deploy: Check, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "gunicorn.conf.py").write_text("workers = 1 + 1\n")
    checked = deploy(
        "gunicorn shop:app -b {host}:{port}",
        'env = { GUNICORN_CMD_ARGS = "--threads 2 --worker-connections 2" }',
    )
    cell = checked.cells["mine"]
    assert (cell["declared"], cell["ceiling"], cell["floor"]) == (4, 4, 4)
    assert "workers from gunicorn.conf.py" in cell["declared_because"]
    assert "the variable GUNICORN_CMD_ARGS" in cell["declared_because"]


def test_a_deployment_sees_the_callers_variables(
    deploy: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    checked = deploy("gunicorn shop:app -b {host}:{port}")
    assert numbers(checked) == ("as declared", 2, 2)
    assert "WEB_CONCURRENCY" in checked.cells["mine"]["declared_because"]


# -------------------------------------------------------------------------- remedies


GTHREAD = "gunicorn shop:app -w 4 --threads 2 -b {host}:{port}"


def test_the_remedy_for_gthread_is_true(deploy: Check) -> None:
    before = deploy(GTHREAD)
    assert before.code == 1
    assert before.cells["mine"]["verdict"] == "uneven"
    assert before.cells["mine"]["floor"] < 8
    assert (
        "because a gthread worker accepts requests that its busy threads"
        in before.message
    )
    assert "add `--worker-connections 2`" in before.message
    assert "with 3, one stays open in each worker, and 6 of 8 always" in before.message
    after = deploy(f"{GTHREAD} --worker-connections 2")
    assert numbers(after) == ("as declared", 8, 8)
    assert after.code == 0
    kept = deploy(f"{GTHREAD} --worker-connections 3")
    assert numbers(kept) == ("uneven", 8, 6)


def test_the_remedy_for_gthread_in_code_is_true(deploy: Check) -> None:
    app = f"import os\nfrom gunicorn.app.base import BaseApplication\n{APP}\n"
    app += "class Own(BaseApplication):\n    def load_config(self):\n"
    app += "        told = dict(workers=4, threads=2, bind=':' + os.environ['PORT'])\n"
    app += "        for name in told: self.cfg.set(name, told[name])\n"
    app += "    def load(self): return app\n"
    app += "if __name__ == '__main__': Own().run()\n"
    before = deploy("python shop.py", app=app)
    assert before.cells["mine"]["verdict"] == "uneven"
    remedy = re.search(r"give gunicorn `worker_connections = (\d)`", before.message)
    assert remedy is not None
    told = f"worker_connections={remedy[1]}, workers=4"
    after = deploy("python shop.py", app=app.replace("workers=4", told))
    assert numbers(after) == ("as declared", 8, 8)


def test_the_remedy_for_reuse_port_is_true(deploy: Check) -> None:
    command = "gunicorn shop:app -w 4 -b {host}:{port}"
    before = deploy(f"{command} --reuse-port")
    assert before.cells["mine"]["verdict"] == "uneven"
    assert "leave out `--reuse-port`" in before.message
    assert numbers(deploy(command)) == ("as declared", 4, 4)


def test_the_remedy_for_a_server_of_gevent_is_true(deploy: Check) -> None:
    app = f"import os\n{APP}\nif __name__ == '__main__':\n"
    app += "    from gevent.pywsgi import WSGIServer\n"
    app += "    address = '127.0.0.1', int(os.environ['PORT'])\n"
    app += "    WSGIServer(address, app).serve_forever()\n"
    before = deploy("python shop.py", "declared = 10", app=app)
    assert numbers(before) == ("fewer", 1, 1)
    first = "from gevent import monkey; monkey.patch_all()"
    assert f"write `{first}` as the first line" in before.message
    after = deploy("python shop.py", 'declared = "unbounded"', app=f"{first}\n{app}")
    assert numbers(after) == ("as declared", 64, 64)
    assert after.cells["mine"]["server"] == "gevent"


POOL = f"""\
import os
from concurrent.futures import ThreadPoolExecutor
from socketserver import ThreadingMixIn
from wsgiref.simple_server import make_server, WSGIServer
{APP}

class Pool(ThreadingMixIn, WSGIServer):
    request_queue_size = 100
    pool = ThreadPoolExecutor(6)

    def process_request(self, *given):
        self.pool.submit(self.process_request_thread, *given)

if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ["PORT"]), app, Pool).serve_forever()
"""
"""A server that does not report its number of threads."""


def test_a_guessed_declaration_is_corrected(deploy: Check) -> None:
    checked = deploy("python shop.py", "declared = 1", app=POOL)
    assert numbers(checked) == ("more", 6, 1)
    assert "only its file says how many" in checked.cells["mine"]["reason"]
    assert "write `declared = 6`" in checked.cells["mine"]["reason"]
    unknown = deploy("python shop.py", app=POOL)
    assert (unknown.code, unknown.cells["mine"]["verdict"]) == (3, "unknown")
    assert "it handled 6 at once; what it declares cannot be" in unknown.message
    assert "declared = 6" in unknown.message
    assert unknown.cells["mine"]["server"] == "wsgiref"
    said = deploy("python shop.py", "declared = 6", app=POOL)
    assert numbers(said) == ("as declared", 6, 6)


def test_a_custom_command_may_start_flasks_server(deploy: Check) -> None:
    app = f"import click\nfrom flask.cli import FlaskGroup\n{APP}\n"
    app += "if __name__ == '__main__': FlaskGroup(create_app=create_app)()\n"
    checked = deploy("python shop.py run -p {port}", app=app)
    assert numbers(checked) == ("as declared", 64, 64)
    assert checked.cells["mine"]["server"] == "werkzeug"


def test_a_backlog_above_the_systems_limit_is_reported(deploy: Check) -> None:
    checked = deploy("uwsgi -w shop:app --http-socket {host}:{port} --listen 99999")
    assert checked.code == 5
    assert "it said: Listen queue size is greater than" in checked.message


def test_a_server_that_starts_too_slowly_gets_a_hint(deploy: Check) -> None:
    app = f"import time\ntime.sleep(SECONDS)\n{APP}"
    command = "waitress-serve --listen={host}:{port} shop:app"
    late = app.replace("SECONDS", "60")
    checked = deploy(command, app=late, options=("--start-seconds", "2"))
    assert checked.code == 5
    assert "within 2 seconds; `--start-seconds` allows more" in checked.message
    late = app.replace("SECONDS", "3")
    checked = deploy(command, app=late, options=("--start-seconds", "60"))
    assert numbers(checked) == ("as declared", 4, 4)


def test_more_time_is_not_suggested_for_a_server_on_another_port(deploy: Check) -> None:
    text = (
        "import socket, time\ntaken = socket.create_server(('127.0.0.1', 0))\n"
        "time.sleep(600)\n"
    )
    checked = deploy("python shop.py", app=text, options=("--start-seconds", "2"))
    assert "and not on the one it was given" in checked.message
    assert "--start-seconds" not in checked.message


def test_the_remedy_for_gevent_in_uwsgi_is_true(deploy: Check) -> None:
    command = "uwsgi -w shop:app --http-socket {host}:{port} --gevent 5"
    before = deploy(command)
    assert numbers(before) == ("fewer", 1, 1)
    assert "add `--gevent-monkey-patch`" in before.message
    after = deploy(f"{command} --gevent-monkey-patch")
    assert numbers(after) == ("as declared", 5, 5)


ONE_WORKER = {
    "granian": (
        "granian --interface wsgi --host {host} --port {port} shop:app",
        "--workers 2 --blocking-threads 2",
        "--workers 1 --blocking-threads 4",
    ),
    "uvicorn": (
        "uvicorn --interface wsgi --host {host} --port {port} shop:app",
        "--workers 2",
        "--workers 1",
    ),
    "hypercorn": ("hypercorn -b {host}:{port} shop:app", "-w 2", "--workers 1"),
}


@pytest.mark.parametrize("server", ONE_WORKER)
def test_the_remedy_for_workers_that_accept_too_much_is_true(
    deploy: Check, server: str
) -> None:
    command, several, one = ONE_WORKER[server]
    before = deploy(f"{command} {several}")
    cell = before.cells["mine"]
    # Chance decides how many each worker accepts, so they may be even.
    assert cell["verdict"] in ("uneven", "as declared")
    assert cell["verdict"] == "as declared" or f"`{one}`" in before.message
    after = deploy(f"{command} {one}")
    declared = after.cells["mine"]["declared"]
    exact = {("as declared", declared, declared)}
    assert numbers(after) in (
        started_by_chance(declared) if server == "granian" else exact
    )
    assert declared * 2 == cell["declared"] or server == "granian"


def test_how_to_raise_gthread_is_true(deploy: Check) -> None:
    command = (
        "gunicorn shop:app -w 2 --threads 2 --worker-connections 2 -b {host}:{port}"
    )
    before = deploy(command, "at-least = 6")
    assert before.code == 1
    assert "`--threads 3 --worker-connections 3` declares 6" in before.message
    after = deploy(f"{command} --threads 3 --worker-connections 3", "at-least = 6")
    assert (after.code, numbers(after)) == (0, ("as declared", 6, 6))


@pytest.mark.parametrize(
    ("command", "said", "instead"),
    [
        ("waitress-serve --threads=2 shop:app", "--threads=3", "--threads=2"),
        (
            "granian --interface wsgi --blocking-threads 2 --workers 1 shop:app",
            "--workers 1 --blocking-threads 3",
            "--blocking-threads 2 --workers 1",
        ),
        ("uwsgi --processes 2 --module shop:app", "processes = 3", "--processes 2"),
        (
            "gunicorn -k gevent --worker-connections 2 shop:app",
            "--worker-connections 3",
            "--worker-connections 2",
        ),
        ("gunicorn --threads 2 shop:app", "--workers 1 --threads 3", "--threads 2"),
    ],
)
def test_how_to_raise_is_true(
    deploy: Check, command: str, said: str, instead: str
) -> None:
    before = deploy(command, "at-least = 3")
    assert before.code == 1
    assert f"`{said}` declares 3" in before.message
    option = said.replace("processes = ", "--processes ")
    after = deploy(command.replace(instead, option), "at-least = 3")
    if command.startswith("granian"):
        assert numbers(after) in started_by_chance(3)
        assert bool(after.code) is (after.cells["mine"]["floor"] < 3)
    else:
        assert (after.code, numbers(after)) == (0, ("as declared", 3, 3))


def test_how_to_raise_flasks_own_server_is_true(deploy: Check) -> None:
    before = deploy("flask --app shop run --without-threads", "at-least = 3")
    assert before.code == 1
    assert "without `--without-threads` it declares no bound" in before.message
    assert deploy("flask --app shop run", "at-least = 3").code == 0


def test_the_cause_of_patching_too_late_is_named(check: Check) -> None:
    checked = check(EXAMPLES / "patched-late", "--only", "too-late")
    assert checked.code == 1
    assert "chat.sleep was imported before gevent patched" in checked.message


def test_fewer_than_at_least_fails_with_a_remedy_that_works(deploy: Check) -> None:
    before = deploy("gunicorn shop:app -w 2 -b {host}:{port}", "at-least = 3")
    assert before.code == 1
    assert "at-least: 3 required, but 2 were in the app at once" in before.message
    assert "`--workers 3` declares 3" in before.message
    top = (before.results / "report.md").read_text().partition("<details>")[0]
    assert "failed: `mine`" in top and "| Promise | **at least 3**" in top
    assert "to&nbsp;do | `--workers 3` declares 3 |" in top
    after = deploy("gunicorn shop:app --workers 3 -b {host}:{port}", "at-least = 3")
    assert after.code == 0


def test_at_least_lets_uneven_pass_when_the_floor_holds(deploy: Check) -> None:
    checked = deploy(GTHREAD, "at-least = 1")
    assert checked.cells["mine"]["verdict"] == "uneven"
    assert checked.code == 0


def test_a_wrong_declaration_differs_from_a_wrong_deployment(deploy: Check) -> None:
    checked = deploy("gunicorn shop:app -w 2 -b {host}:{port}", "declared = 3")
    assert numbers(checked)[:2] == ("fewer", 2)
    assert checked.code == 1
    assert "the command itself declares 2" in checked.message
    more = deploy("gunicorn shop:app -w 2 -b {host}:{port}", "declared = 1")
    assert (more.cells["mine"]["verdict"], more.code) == ("more", 0)


# ------------------------------------------------------------------------ what fails


@pytest.mark.parametrize(
    ("command", "lines", "code", "words"),
    [
        ("guvicorn shop:app {port}", "", 2, "command: guvicorn: command not found"),
        ("python shop.py {port}", "", 5, "exited with status 0 before it answered"),
        (
            "gunicorn shop:app -b {host}:{port}",
            'requirements = "bad.txt"\npython = "3.5"',
            2,
            "python: Python 3.5 not found; found: 3.",
        ),
        ("gunicorn --workes 3 shop:app -b :{port}", "", 2, "arguments: --workes"),
        (
            "gunicorn shop:app -b :{port}",
            'python = "3.5"',
            2,
            "python: 3.5 was requested",
        ),
        ("gunicorn shop:nothing -b {host}:{port}", "", 5, "command: not started"),
        ("flask --app nothing run -p {port}", "", 5, "command: not started"),
        (
            "gunicorn shop:app -n {port} -b 127.0.0.1:31999",
            "",
            5,
            "it listens on port 31999 and not on the one it was given; write "
            "`127.0.0.1:{port}` in place of `127.0.0.1:31999`",
        ),
        (
            "gunicorn shop:app -b {host}:{port}",
            'requirements = "bad.txt"',
            5,
            "requirements: not installed",
        ),
    ],
)
def test_bad_input_is_one_error_with_its_exit_code(
    deploy: Check, tmp_path: Path, command: str, lines: str, code: int, words: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bad.txt").write_text("flask @ file:///no/such/file\n")
    checked = deploy(command, lines)
    assert checked.code == code
    assert checked.message.startswith("concurrency.toml: deployment mine: ")
    assert words in checked.message and "\n" not in checked.message
    assert ("mine" in checked.cells) == (code == 5), "what was tried is reported"


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn shop:app -b {host}:{port}",
        "uwsgi -w shop:app --http-socket {host}:{port}",
        "flask --app shop run -h {host} -p {port}",
        "waitress-serve --listen={host}:{port} shop:app",
    ],
)
def test_an_app_that_raises_at_import_is_explained(deploy: Check, command: str) -> None:
    checked = deploy(command, app='raise RuntimeError("no database")')
    assert checked.code == 5
    assert "it said: RuntimeError: no database" in checked.message
    assert checked.cells["mine"]["log_tail"]


def test_the_ready_path_must_answer(deploy: Check) -> None:
    app = f"{APP}\n@app.before_request\ndef _(): pass\n"
    good = deploy("gunicorn shop:app -b {host}:{port}", 'ready = "/health"', app=app)
    assert good.code == 0, "a login wall is an answer"
    broken = APP.replace("abort(401)", "abort(503)")
    command = "gunicorn shop:app -b {host}:{port}"
    half = ("--start-seconds", "30")
    bad = deploy(command, 'ready = "/health"', app=broken, options=half)
    assert bad.code == 5
    assert "/health: it answered 503" in bad.message


def test_an_unknown_deployment_is_an_error(check: Check) -> None:
    checked = check(EXAMPLES / "flask-run", "--only", "thread")
    assert checked.code == 2
    assert "it has threads, one-at-a-time" in checked.message


# ------------------------------------------------------------------------- the report


def test_report_badge_and_remarks_are_written(deploy: Check, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    conf = tmp_path / "mine" / "gunicorn.conf.py"
    conf.write_text("workers = 4\nthreads = 2\n")
    command = "gunicorn shop:app -b {host}:{port}"
    checked = deploy(command, options=("--annotate",))
    assert "write `worker_connections = 2` in gunicorn.conf.py" in checked.message
    remark = next(line for line in checked.out.splitlines() if line[:2] == "::")
    assert remark.startswith("::error file=gunicorn.conf.py,line=2,title=mine")
    badge = json.loads((checked.results / "badges" / "mine.json").read_text())
    floor = checked.cells["mine"]["floor"]
    assert badge["schemaVersion"] == 1
    assert (badge["message"], badge["color"]) == (f"{floor}–8", "yellow")
    report = json.loads((checked.results / "report.json").read_text())
    jsonschema.Draft202012Validator(json.loads(schema_of("report"))).validate(report)
    assert "worker_connections = 2" in (checked.results / "report.md").read_text()
    assert "--only mine" in checked.cells["mine"]["reproduce"]
    conf.write_text("workers = 4\nthreads = 2\nworker_connections = 2\n")
    assert numbers(deploy(command)) == ("as declared", 8, 8)


# ------------------------------------------------------------------------ interrupted


STUCK = """\
import os, signal
with open(os.environ["SAY"], "w") as file:
    print(os.getpid(), file=file)
signal.pause()
"""

TWO = """\
[[deployment]]
name = "first"
command = "gunicorn shop:app -w 2 -b {host}:{port}"

[[deployment]]
name = "second"
command = "gunicorn stuck:app -b {host}:{port}"
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_measurements_before_an_interrupt_are_reported(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "shop"
    for each in (folder, tmp_path / "temporary"):
        each.mkdir()
    (folder / "shop.py").write_text(APP)
    (folder / "stuck.py").write_text(STUCK)
    (folder / "concurrency.toml").write_text(TWO)
    # Outside of the folder, of which the server writes to a layer.
    os.mkfifo(tmp_path / "say")
    # Also opened for writing, so that a worker that closes it causes no end of file.
    said = os.open(tmp_path / "say", os.O_RDWR | os.O_NONBLOCK)
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "harness", "check"],
        cwd=folder,
        env={
            **os.environ,
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT),
            "SAY": str(tmp_path / "say"),
            "TMPDIR": str(tmp_path / "temporary"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        # Once its worker reports, the second is running and will not answer.
        deadline = time.monotonic() + 120
        while process.poll() is None and not select.select([said], [], [], 0.5)[0]:
            assert time.monotonic() < deadline, "the second was not started"
        assert process.poll() is None, process.communicate()[0]
        worker = psutil.Process(int(os.read(said, 100).split()[0]))
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
        os.close(said)
    assert process.returncode == 130, out
    (last,) = out.splitlines()[-1:]
    assert last == "interrupted: 1 of 2 deployments were measured"
    assert not worker.is_running()
    assert list((tmp_path / "temporary").iterdir()) == []
    results = folder / "results"
    (cell,) = json.loads((results / "report.json").read_text())["cells"]
    assert (cell["configuration"], cell["verdict"]) == ("first", "as declared")
    assert (cell["ceiling"], cell["floor"]) == (2, 2)
    assert "`first`" in (results / "report.md").read_text()
    assert json.loads((results / "check.json").read_text())["exit_code"] == 130
    assert [path.name for path in (results / "badges").iterdir()] == ["first.json"]
