"""Files that start a server elsewhere are told with a command to give here."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.started_by import serves_by_script
from harness.deployment.started_by import started_by_files

APP = {"app.py": "from flask import Flask\napp = Flask(__name__)\n"}

UNIT = """[Service]
WorkingDirectory=/opt/shop
Environment=WEB_CONCURRENCY=3 SECRET_KEY=x
ExecStart=/opt/shop/venv/bin/gunicorn -c /opt/shop/ops/conf.py --chdir /opt/shop app:app
"""

GIVE = "starts a server, and such a file is not run here; give its command: "


def told(folder: Path, files: dict[str, str], *, has_app: bool = True) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = started_by_files(folder, has_app=has_app)
    return [each.told("check") for each in found]


@pytest.mark.parametrize(
    ("files", "place", "command"),
    [
        (
            {"deploy/shop.service": UNIT, "ops/conf.py": ""},
            "deploy/shop.service:4",
            "WEB_CONCURRENCY=3 flask-concurrency check -- gunicorn -c ops/conf.py "
            "app:app",
        ),
        (
            {"docker/start.sh": "gunicorn \"app:make('x')\" -b :$PORT\n"},
            "docker/start.sh:1",
            "flask-concurrency check -- gunicorn 'app:make('\"'\"'x'\"'\"')' "
            "-b ':$PORT'",
        ),
        (
            {"web/run": "exec chpst -u app gunicorn app:app\n"},
            "web/run:1",
            "flask-concurrency check -- gunicorn app:app",
        ),
        (
            {"tasks.py": 'def serve(c):\n    c.run("gunicorn -w 3 app:app")\n'},
            "tasks.py:2",
            "flask-concurrency check -- gunicorn -w 3 app:app",
        ),
        (
            {"ops/gunicorn.conf.py": "workers = 3\n"},
            "ops/gunicorn.conf.py:1",
            "flask-concurrency check -- gunicorn -c ops/gunicorn.conf.py app:app",
        ),
        (
            {"serve.py": "from waitress import serve\nimport app\nserve(app.app)\n"},
            "serve.py:3",
            "flask-concurrency check -- python serve.py",
        ),
        (
            {"run.py": "from app import app\napp.run(threaded=False)\n"},
            "run.py:2",
            "flask-concurrency check -- python run.py",
        ),
    ],
)
def test_a_command_to_give(
    files: dict[str, str], place: str, command: str, tmp_path: Path
) -> None:
    assert told(tmp_path, {**APP, **files}) == [f"{place} {GIVE}{command}"]


def test_values_that_only_the_server_has(tmp_path: Path) -> None:
    (said,) = told(tmp_path, {**APP, "start.sh": "gunicorn -w ${N} app:app\n"})
    assert "give its command, with values in place of ${N}: flask" in said


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("passenger_wsgi.py", "Passenger"),
        ("serverless.yml", "a platform of functions"),
        ("shop.wsgi", "mod_wsgi"),
    ],
)
def test_what_a_check_does_not_start(name: str, who: str, tmp_path: Path) -> None:
    assert told(tmp_path, {**APP, name: ""}) == [
        f"{name} says that {who} serves the app, which a check does not start; give "
        "the command of another server, such as Flask's own: "
        "flask-concurrency check -- flask --app app:app run"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"scripts/dev.sh": "flask run --debug\n"},
        {"examples/a/Procfile": "web: gunicorn app:app\n"},
        {"run.py": "from app import app\napp.run(port=80)\n"},
        {"ops/worker.service": "[Service]\nExecStart=celery -A app worker\n"},
    ],
)
def test_what_starts_no_other_server(files: dict[str, str], tmp_path: Path) -> None:
    assert not told(tmp_path, {**APP, **files})


def test_an_app_in_a_folder_of_its_own(tmp_path: Path) -> None:
    files = {
        "backend/app.py": APP["app.py"],
        "backend/Dockerfile": 'FROM x\nCMD ["gunicorn", "app:app"]\n',
    }
    place, command = "backend/Dockerfile:2", "gunicorn app:app"
    assert told(tmp_path, files, has_app=False) == [
        f"{place} {GIVE}cd backend && flask-concurrency check -- {command}"
    ]


def test_a_script_that_serves(tmp_path: Path) -> None:
    path = tmp_path / "serve.py"
    for text in ("from gevent.pywsgi import WSGIServer", "import tornado"):
        path.write_text(text)
        assert serves_by_script(path)
    path.write_text("print()")
    assert not serves_by_script(path)
