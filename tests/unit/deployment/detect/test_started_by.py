"""Files that start a server elsewhere are reported with a command to give instead."""

from pathlib import Path

import pytest

from harness.deployment.detect.started_by import required_by
from harness.deployment.detect.started_by import serves_by_script
from harness.deployment.detect.started_by import started_by_compose
from harness.deployment.detect.started_by import started_by_files
from harness.deployment.sources.python_source import find_app

APP = {"app.py": "from flask import Flask\napp = Flask(__name__)\n"}

UNIT = """[Service]
WorkingDirectory=/opt/shop
Environment=WEB_CONCURRENCY=3 SECRET_KEY=x
ExecStart=/opt/shop/venv/bin/gunicorn -c /opt/shop/ops/conf.py --chdir /opt/shop app:app
"""

GIVE = "starts a server, but a check does not run such a file; give its command: "


def remarks(folder: Path, files: dict[str, str], *, has_app: bool = True) -> list[str]:
    """Return the remarks about the files of a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = started_by_files(folder, find_app(folder) if has_app else None)
    return [each.advice("check") for each in found]


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
            {
                "a.service": UNIT,
                "a.service.d/b.conf": "[Service]\nExecStart=\n"
                "Environment=WEB_CONCURRENCY=5\nExecStart=/a/bin/gunicorn app:app\n",
            },
            "a.service.d/b.conf:4",
            "WEB_CONCURRENCY=5 flask-concurrency check -- gunicorn app:app",
        ),
        (
            {"shop.container": "[Container]\nExec=gunicorn -w 3 -D app:app\n"},
            "shop.container:2",
            "flask-concurrency check -- gunicorn -w 3 app:app",
        ),
        (
            {
                "ecosystem.config.js": "module.exports = { apps: [{\n"
                "  script: './venv/bin/gunicorn', env: { WEB_CONCURRENCY: 3 },\n"
                "  args: ['--threads', '2', 'app:app'] }] }\n"
            },
            "ecosystem.config.js:2",
            "WEB_CONCURRENCY=3 flask-concurrency check -- gunicorn --threads 2 app:app",
        ),
        (
            {
                "pm2.json": '{"apps": [{"script": "gunicorn", "interpreter": "none",'
                ' "args": "-w 3 app:app"}]}'
            },
            "pm2.json:1",
            "flask-concurrency check -- gunicorn -w 3 app:app",
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
def test_the_command_to_give_is_suggested(
    files: dict[str, str], place: str, command: str, tmp_path: Path
) -> None:
    assert remarks(tmp_path, {**APP, **files}) == [f"{place} {GIVE}{command}"]


SERVES = "import waitress\nimport app\ndef main():\n    waitress.serve(app.app)\n"
FUNCTION = "shop.server:main"
PACKAGE = {"shop/__init__.py": "", "shop/server.py": SERVES}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pyproject.toml", f'[project.scripts]\nserve = "{FUNCTION}"\n', 2),
        ("pyproject.toml", f'[tool.poetry.scripts]\nserve = "{FUNCTION}"\n', 2),
        (
            "setup.cfg",
            f"[options.entry_points]\nconsole_scripts =\n    serve = {FUNCTION}\n",
            3,
        ),
        ("setup.py", f'x = {{"console_scripts": ["serve={FUNCTION}"]}}\n', 1),
    ],
)
def test_a_script_of_the_project_is_suggested(
    name: str, text: str, line: int, tmp_path: Path
) -> None:
    assert remarks(tmp_path, {**APP, **PACKAGE, name: text}) == [
        f"{name}:{line} names the command serve, which starts a server; give that, "
        "installed: flask-concurrency check -- serve"
    ]


def test_a_script_of_the_project_that_does_not_serve_is_ignored(tmp_path: Path) -> None:
    text = '[project.scripts]\ntidy = "shop.tidy:main"\n[other]\na = "shop.server:x"\n'
    files = {"pyproject.toml": text, **PACKAGE, "shop/tidy.py": "def main(): pass\n"}
    assert not remarks(tmp_path, {**APP, **files})


NAMES = "names a server, but a check does not run such a file; give its command: "

POD = """spec:
  template:
    spec:
      containers:
      - name: shop
        args: [gunicorn, -w, '3', 'app:app']
"""


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("overlays/patch.yaml", POD, 6),
        (
            "k.yml",
            "items:\n- spec:\n    command:\n    - gunicorn\n"
            "    args: [-w, '3', 'app:app']\n",
            3,
        ),
        ("values.yaml", "web:\n  command: gunicorn -w 3 app:app\n", 2),
        (
            ".github/workflows/deploy.yml",
            "jobs:\n  a:\n    steps:\n    - with:\n"
            "        startup-command: 'gunicorn -w 3 app:app'\n",
            5,
        ),
        (
            ".github/workflows/deploy.yml",
            "jobs:\n  a:\n    steps:\n    - run: |\n        cd x\n"
            "        gunicorn \\\n          -w 3 app:app &\n",
            6,
        ),
        ("azure-pipelines.yml", "a:\n- startUpCommand: gunicorn -w 3 app:app\n", 2),
        (
            "deploy.sh",
            'az webapp config set --startup-file "gunicorn -w 3 app:app"\n',
            1,
        ),
        (
            "cloudbuild.yaml",
            "steps:\n- args: ['run', '--command', 'gunicorn', '--args', "
            "'-w,3,app:app']\n",
            2,
        ),
        (
            "init.d/shop",
            "#!/bin/sh\nstart-stop-daemon --start --exec /usr/bin/gunicorn \\\n"
            "  -- -w 3 app:app\n",
            2,
        ),
        ("shop.conf", "description shop\nexec gunicorn -w 3 app:app\n", 2),
        ("fly.toml", "[processes]\nweb = 'gunicorn -w 3 app:app'\n", 2),
        (".devcontainer/d.json", '{"a": "gunicorn -w 3 app:app"}\n', 1),
        (
            "serve.py",
            'import subprocess\nsubprocess.run(["gunicorn", "-w", "3", "app:app"])\n',
            2,
        ),
        ("README.md", "Then:\n\n    $ gunicorn -w 3 app:app\n", 3),
        ("README.md", "Start it with `gunicorn -w 3 app:app`.\n", 1),
    ],
)
def test_every_kind_of_file_is_read(
    name: str, text: str, line: int, tmp_path: Path
) -> None:
    assert remarks(tmp_path, {**APP, name: text}) == [
        f"{name}:{line} {NAMES}flask-concurrency check -- gunicorn -w 3 app:app"
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "In production gunicorn runs app:app for us.\n"),
        ("other.toml", "run = 'gunicorn -w 3 another.module:app'\n"),
        (".github/workflows/test.yml", "jobs:\n  a:\n  - run: pip install gunicorn\n"),
        ("CHANGELOG.md", "    gunicorn app:app\n"),
        ("picture.bin", "gunicorn app:app\n\0"),
        ("tests/run.toml", "run = 'gunicorn app:app'\n"),
    ],
)
def test_lines_without_a_server_for_the_app_are_ignored(
    name: str, text: str, tmp_path: Path
) -> None:
    assert not remarks(tmp_path, {**APP, name: text})


def test_values_of_a_helm_chart_must_be_filled_in(tmp_path: Path) -> None:
    text = POD.replace("'3'", '"{{ .Values.workers }}"')
    (said,) = remarks(tmp_path, {**APP, "chart/templates/web.yaml": text})
    assert "with values in place of {{ .Values.workers }}: flask" in said


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        ("requirements.txt", "flask==3\ngunicorn[gevent]==23\n", "gunicorn app:app"),
        ("requirements/prod.txt", "\nuWSGI>=2\n", "uwsgi --module app:app --master"),
        (
            "pyproject.toml",
            'dependencies = [\n  "waitress>=3",\n]\n',
            "waitress-serve app:app",
        ),
    ],
)
def test_a_required_server_that_no_file_starts_is_suggested(
    name: str, text: str, command: str, tmp_path: Path
) -> None:
    assert not remarks(tmp_path, {**APP, name: text})
    (required,) = required_by(tmp_path, "app:app")
    server = "uwsgi" if "uWSGI" in text else command.partition("-")[0].split()[0]
    assert required.advice("check") == (
        f"{name}:2 requires {server}, but no file here says how it is started; give "
        f"its command: flask-concurrency check -- {command}"
    )


def test_unknown_variables_must_be_filled_in(tmp_path: Path) -> None:
    (said,) = remarks(tmp_path, {**APP, "start.sh": "gunicorn -w ${N} app:app\n"})
    assert "give its command, with values in place of ${N}: flask" in said


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("passenger_wsgi.py", "Passenger"),
        ("app.fcgi", "FastCGI"),
        ("cgi-bin/app.cgi", "CGI"),
        ("serverless.yml", "a platform of functions"),
        ("shop.wsgi", "mod_wsgi"),
    ],
)
def test_servers_that_a_check_cannot_start_are_named(
    name: str, who: str, tmp_path: Path
) -> None:
    assert remarks(tmp_path, {**APP, name: ""}) == [
        f"{name}:1 says that {who} serves the app, which a check does not start; give "
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
def test_files_without_a_server_are_ignored(
    files: dict[str, str], tmp_path: Path
) -> None:
    assert not remarks(tmp_path, {**APP, **files})


def test_an_app_in_a_subfolder_has_its_folder_in_the_command(tmp_path: Path) -> None:
    files = {
        "backend/app.py": APP["app.py"],
        "backend/Dockerfile": 'FROM x\nCMD ["gunicorn", "app:app"]\n',
    }
    place, command = "backend/Dockerfile:2", "gunicorn app:app"
    assert remarks(tmp_path, files, has_app=False) == [
        f"{place} {GIVE}cd backend && flask-concurrency check -- {command}"
    ]


def test_a_script_that_serves_is_recognized(tmp_path: Path) -> None:
    path = tmp_path / "serve.py"
    for text in ("from gevent.pywsgi import WSGIServer", "import tornado"):
        path.write_text(text)
        assert serves_by_script(path)
    path.write_text("print()")
    assert not serves_by_script(path)


def test_a_compose_file_may_override_the_command_of_an_image(tmp_path: Path) -> None:
    own = ("gunicorn", "-b", ":8000", "--threads", "4", "shop:app")
    compose = tmp_path / "compose.yaml"
    (tmp_path / "shop.py").write_text("from flask import Flask\napp = Flask('shop')\n")
    compose.write_text(
        "services:\n  web:\n    build: .\n    command: gunicorn -w 2 shop:app\n"
        "  debug:\n    build: .\n    command: flask --app shop run --debug\n"
    )
    (other,) = started_by_compose(tmp_path, own)
    assert other.where == "compose.yaml:4"
    assert other.words[:3] == ("gunicorn", "-w", "2")
    compose.write_text(f"services: {{web: {{command: {' '.join(own)}}}}}\n")
    assert not started_by_compose(tmp_path, own)


def test_variables_of_supervisord_must_be_filled_in(tmp_path: Path) -> None:
    text = "[program:web]\ncommand=gunicorn -w %(ENV_N)s app:app\n"
    (said,) = remarks(tmp_path, {**APP, "supervisord.conf": text})
    assert "give its command, with values in place of %(ENV_N)s: flask" in said


@pytest.mark.parametrize("name", ["templates/run.sh", "run.sh.j2"])
def test_a_template_placeholder_is_one_word(name: str, tmp_path: Path) -> None:
    line = 'gunicorn --workers {{ n_of_web | default("4") }} -b {{ at }} app:app\n'
    (said,) = remarks(tmp_path, {**APP, name: line})
    command = "gunicorn --workers '{{n_of_web}}' -b '{{at}}' app:app"
    assert said.endswith(f"flask-concurrency check -- {command}")
    assert "with values in place of {{at}} and {{n_of_web}}: flask" in said
