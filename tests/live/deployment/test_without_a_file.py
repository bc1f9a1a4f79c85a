"""A deployment without a file of deployments is measured too."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from harness.cli import run
from harness.deployment.init.workflow import WORKFLOW
from harness.records.errors import UsageError
from tests.live.deployment.conftest import Check

APP = "from flask import Flask\napp = Flask(__name__)\n"

SCRIPT = APP + "import os\napp.run(port=int(os.environ['PORT']), threaded=False)\n"


@pytest.mark.parametrize(
    ("command", "handled"),
    [
        ("gunicorn app:app --threads 4", 4),
        ("gunicorn -b unix:/run/a.sock -w 2 app:app", 2),
        ("waitress-serve --port=8080 --threads=3 app:app", 3),
        ("granian --interface wsgi --blocking-threads 1 app:app", 1),
        ("uvicorn --interface wsgi app:app", 10),
        ("uwsgi -w app:app --threads 2", 2),
        ("uwsgi u.ini", 3),
        ("flask run --without-threads --port 5000", 1),
        ("python serve.py", 1),
    ],
)
def test_a_server_gets_an_address_from_the_check(
    command: str, handled: int, check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "serve.py").write_text(SCRIPT)
    (folder / "u.ini").write_text(
        "[uwsgi]\nmaster = true\nhttp = :1\nmodule = app:app\nthreads = 3\n"
    )
    checked = check(folder, "--at-least", str(handled), "--", *command.split())
    assert (checked.code, checked.message) == (0, "")
    cell = checked.cells["deployment"]
    assert (cell["ceiling"], cell["floor"]) == (handled, handled)
    assert cell["reproduce"].endswith(f"-- {command}")


def test_a_folder_alone_is_enough(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "Dockerfile").write_text(
        'FROM python\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "-w", "2", "app:app"]\n'
    )
    checked = check(folder)
    assert (checked.code, checked.cells["image"]["ceiling"]) == (0, 2)
    checked = check(folder, "--at-least", "3")
    assert checked.code == 1 and "`--workers 3` declares 3" in checked.message


def test_init_writes_the_file_and_never_overwrites_it(
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "Procfile").write_text("web: gunicorn -w 2 --threads 4 app:app\n")
    monkeypatch.chdir(folder)
    assert run(["init", "--workflow"]) == 0
    written = (folder / "concurrency.toml").read_text()
    assert 'procfile = "web"\nat-least = 4\n' in written and "at most 8" in written
    assert "config: concurrency.toml" in (folder / WORKFLOW).read_text()
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == {
        *("app.py", "Procfile", "concurrency.toml", ".github")
    }
    with pytest.raises(UsageError, match="already exists"):
        run(["init", "--no-measure"])
    assert (folder / "concurrency.toml").read_text() == written
    assert check(folder).code == 0


def test_quiet_prints_less_and_verbose_prints_more(
    check: Check, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "app.py").write_text(APP)
    command = ("--", "waitress-serve", "app:app")
    quiet, usual, whole = (
        check(tmp_path / "mine", *words, *command).out for words in (["-q"], [], ["-v"])
    )
    verdict = "passed: deployment handles 4 at once, as declared"
    for out in (quiet, usual, whole):
        assert out.splitlines()[-1] == verdict
    assert len(quiet) < len(usual) < len(whole)


ODD = "app = (lambda it: it.Flask(__name__))(__import__('flask'))\n"
"""An app that reading the source cannot find."""


@pytest.mark.parametrize("files", [{}, {"Dockerfile": "FROM x\n"}])
def test_a_folder_without_a_command_gets_one_that_works(
    files: dict[str, str], check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in {"app.py": ODD, **files}.items():
        (folder / name).write_text(text)
    refused = check(folder)
    _, _, command = refused.message.rpartition("flask-concurrency check -- ")
    assert (refused.code, command) == (2, "gunicorn app:app --threads 4")
    checked = check(folder, "--", *shlex.split(command))
    assert (checked.code, checked.cells["deployment"]["ceiling"]) == (0, 4)


UNIT = """{"applications": {"shop": {
  "type": "python", "processes": 2, "module": "app", "callable": "app"}}}
"""

SCRIPTS = '[project]\nname = "shop"\n[project.scripts]\nshop-web = "web:main"\n'

WEB = """import os, waitress
from app import app
def main():
    waitress.serve(app, port=int(os.environ.get("PORT", 8080)), threads=3)
"""

INSTALLED = f"#!{sys.executable}\nimport sys\nfrom web import main\nsys.exit(main())\n"
"""The script that an installer writes for a command of a project."""


@pytest.mark.parametrize(
    ("files", "place", "handled"),
    [
        (
            {"ecosystem.config.js": "{ script: 'gunicorn', args: '-w 2 app:app' }\n"},
            "ecosystem.config.js:1",
            2,
        ),
        (
            {"a.service.d/b.conf": "[Service]\nExecStart=/a/bin/gunicorn app:app\n"},
            "a.service.d/b.conf:2",
            1,
        ),
        ({"unit.json": UNIT}, "unit.json:2", 2),
        (
            {"shop.conf": "WSGIDaemonProcess a threads=3\nWSGIScriptAlias / a.wsgi\n"},
            "shop.conf:1",
            3,
        ),
        (
            {".github/workflows/a.yml": "a:\n- run: gunicorn -w 2 app:app &\n"},
            ".github/workflows/a.yml:2",
            2,
        ),
        ({"requirements.txt": "flask\nwaitress\n"}, "requirements.txt:2", 4),
        ({"pyproject.toml": SCRIPTS, "web.py": WEB}, "pyproject.toml:4", 3),
    ],
)
def test_a_suggested_command_works(
    files: dict[str, str],
    place: str,
    handled: int,
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "mine"
    for name, text in {"app.py": APP, **files, "bin/shop-web": INSTALLED}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "bin" / "shop-web").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    refused = check(folder)
    assert refused.code == 2 and refused.message.startswith(f"{place} ")
    _, _, command = refused.message.partition("flask-concurrency check -- ")
    checked = check(folder, "--", *shlex.split(command))
    assert (checked.code, checked.message) == (0, "")
    assert checked.cells["deployment"]["ceiling"] == handled
