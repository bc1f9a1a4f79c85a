"""A folder's files tell how its app is started."""

import os
from pathlib import Path

import pytest

from harness.deployment.detect.candidates import candidates
from harness.deployment.detect.candidates import from_command
from harness.deployment.detect.named_servers import text_files
from harness.records.errors import UsageError

APP = {"app.py": "app = Flask(__name__)"}
WEB = {"Procfile": "release: x\nweb: gunicorn app:app -b :$PORT\nworker: celery\n"}
DOCKER = {"Dockerfile": 'FROM x\nCMD ["gunicorn", "a:a"]\n'}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (WEB | APP, ["Procfile:2 production procfile=web"]),
        (DOCKER | APP, ["Dockerfile:2 image dockerfile=Dockerfile"]),
        (
            WEB | DOCKER,
            [
                "Procfile:2 production procfile=web",
                "Dockerfile:2 image dockerfile=Dockerfile",
            ],
        ),
        (
            {
                "Dockerfile": 'FROM x\nCMD ["python", "serve.py"]\n',
                "serve.py": "from waitress import serve\nserve(app)\n",
            },
            ["Dockerfile:2 image dockerfile=Dockerfile"],
        ),
        (
            {"Dockerfile": "FROM x\nCMD flask db upgrade && gunicorn a:a\n"},
            ["Dockerfile:2 image dockerfile=Dockerfile"],
        ),
        (
            {
                "Dockerfile": 'FROM x\nCMD ["python", "app.py"]\n',
                "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run()",
            },
            ["app.py:1 production command=flask --app app:app run"],
        ),
        (
            {"Procfile": "web: ./start.sh\n"} | DOCKER,
            [
                "Dockerfile:2 image dockerfile=Dockerfile",
                "Procfile:1 production procfile=web",
            ],
        ),
        (
            {
                "Dockerfile": 'FROM x\nCOPY src/ ./\nCMD ["python", "serve.py"]\n',
                "src/serve.py": "from shop import app\napp.run()",
            },
            ["Dockerfile:3 image dockerfile=Dockerfile"],
        ),
        *(
            (
                {"Dockerfile": f"FROM x\nCMD {command}\n"} | APP,
                ["Dockerfile:2 image dockerfile=Dockerfile"],
            )
            for command in (
                "make serve",
                '["python", "-m", "flask", "run"]',
                "daphne a:a",
            )
        ),
        (
            {"Dockerfile": "FROM x\nCMD bash\n"} | APP,
            ["app.py:1 production command=flask --app app:app run"],
        ),
        ({"Procfile": "web: gunicorn 'a\n"}, ["Procfile:1 production procfile=web"]),
        (
            {"gunicorn.conf.py": "workers = 2"} | APP,
            ["gunicorn.conf.py:1 production command=gunicorn app:app"],
        ),
        (
            {"gunicorn.conf.py": "wsgi_app = 'a:a'"} | APP,
            ["gunicorn.conf.py:1 production command=gunicorn"],
        ),
        (
            {"u.ini": "[uwsgi]\nmodule = a\n", "tox.ini": "[tox]\n"},
            ["u.ini:1 production command=uwsgi --ini u.ini"],
        ),
        (APP, ["app.py:1 production command=flask --app app:app run"]),
    ],
)
def test_start_commands_in_files_are_found(
    files: dict[str, str], found: list[str], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert found == [
        f"{candidate.path.name}:{candidate.line} {candidate.name} {key}={value}"
        for candidate in candidates(tmp_path, "check")
        if candidate.path
        for key, value in candidate.given.items()
    ]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "render.yaml",
            "services:\n- type: web\n  startCommand: gunicorn app:app --threads 4\n",
            3,
        ),
        (
            "compose.yml",
            "services:\n  web:\n    command: gunicorn app:app --threads 4\n",
            3,
        ),
        ("start.sh", "#!/bin/sh\n\nexec gunicorn app:app --threads 4\n", 3),
        (
            "Dockerfile",
            'FROM x\nENTRYPOINT ["/only/there"]\n'
            'CMD ["gunicorn", "app:app", "--threads", "4"]\n',
            3,
        ),
    ],
)
def test_the_development_server_is_not_used_if_another_is_named(
    name: str, text: str, line: int, tmp_path: Path
) -> None:
    for file, content in {**APP, name: text}.items():
        (tmp_path / file).write_text(content)
    with pytest.raises(UsageError) as raised:
        candidates(tmp_path, "check")
    said = str(raised.value)
    assert said.startswith(f"{name}:{line} starts a server")
    assert said.endswith("flask-concurrency check -- gunicorn app:app --threads 4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM x\nCOPY . .\n", "has no CMD; build the image"),
        ('FROM x\nCMD ["/srv/start"]\n', "/srv/start is only in the image; build the"),
        (
            'FROM x\nCMD ["gunicorn" "a:a"]\n',
            '"gunicorn" "a:a"]; write every word in double quotes',
        ),
    ],
)
def test_an_image_with_another_command_must_be_chosen(
    text: str, said: str, tmp_path: Path
) -> None:
    for file, content in {**APP, "Dockerfile": text}.items():
        (tmp_path / file).write_text(content)
    with pytest.raises(UsageError) as raised:
        candidates(tmp_path, "check")
    assert said in str(raised.value)
    assert "flask-concurrency check -- gunicorn" in str(raised.value)


def test_a_required_server_is_suggested(tmp_path: Path) -> None:
    for file, content in {**APP, "requirements.txt": "gunicorn\n"}.items():
        (tmp_path / file).write_text(content)
    with pytest.raises(UsageError, match="requirements.txt:1 requires gunicorn"):
        candidates(tmp_path, "check")


@pytest.mark.parametrize(
    ("name", "text"),
    [("test.sh", "pytest\n"), ("compose.yml", "services:\n  db:\n    command: x\n")],
)
def test_files_that_start_no_server_are_left_out(
    name: str, text: str, tmp_path: Path
) -> None:
    for file, content in {**APP, name: text}.items():
        (tmp_path / file).write_text(content)
    assert [candidate.program for candidate in candidates(tmp_path, "check")] == [
        "flask"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"README": ""},
        {"Dockerfile": "FROM x\n"},
        {"Dockerfile": "FROM x\nCMD bash\n"},
        {"gunicorn.conf.py": "workers = 2"},
    ],
)
def test_without_any_candidate_a_command_is_required(
    files: dict[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match="give the command .*: flask-concurrency init"):
        candidates(tmp_path, "init")


def test_an_app_in_a_subfolder_is_named(tmp_path: Path) -> None:
    for name in ("shop", "web app", "tests", ".hidden", "empty"):
        (tmp_path / name).mkdir()
        if name != "empty":
            (tmp_path / name / "app.py").write_text(APP["app.py"])
    with pytest.raises(UsageError) as caught:
        candidates(tmp_path, "check")
    assert caught.value.args == (
        "there is no app here, but one in shop: cd shop && flask-concurrency check",
        "there is no app here, but one in web app: "
        "cd 'web app' && flask-concurrency check",
    )


def test_a_given_command_has_no_file() -> None:
    command = from_command(("gunicorn", "a:make('x')"))
    assert command.path is None
    assert command.origin == "gunicorn a:make('x')"
    assert command.given == {"command": """gunicorn 'a:make('"'"'x'"'"')'"""}


def test_a_folder_is_not_passed_over_for_a_name_like_that_of_a_file(
    tmp_path: Path,
) -> None:
    for folder in ("newsletter", "node_modules", "dist"):
        path = tmp_path / folder / "run.txt"
        path.parent.mkdir()
        path.write_text("gunicorn app:app\n")
    assert [path.parent.name for path, _ in text_files(tmp_path)] == ["newsletter"]


@pytest.mark.parametrize("name", ["Procfile", "Dockerfile", "gunicorn.conf.py"])
def test_a_file_without_an_end_is_not_passed_over(name: str, tmp_path: Path) -> None:
    """Flask's own server would be measured in place of the one that it starts."""
    (tmp_path / "app.py").write_text(APP["app.py"])
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match=f"{name}: is not a regular file; put an"):
        candidates(tmp_path, "check")
