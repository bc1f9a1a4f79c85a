"""An app that starts a server in its own code is not silently run by Flask's server."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.deployment.detect.candidates import Candidate
from harness.deployment.detect.candidates import candidates

FILES = {
    "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
    "shop/server.py": """\
from gevent.pywsgi import WSGIServer
class Server:
    def start(self):
        self.server = WSGIServer(("", 80), self.app)
""",
    "serve.py": "from shop import main\nmain()\n",
}
SCRIPTS = "[project.scripts]\nother = 'shop.a:main'\nshop = 'shops.__main__:main'\n"
README = "# Shop\n\nStart it with\n\n    $ python serve.py --port 80\n"


def way(folder: Path, files: Mapping[str, str]) -> Candidate:
    """Return the one way to start the app of a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (only,) = candidates(folder, "check")
    return only


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (
            {"pyproject.toml": SCRIPTS, "README.md": README},
            "pyproject.toml:3 names a start command; to measure that, give it: "
            "flask-concurrency check -- shop",
        ),
        (
            {"README.md": README},
            "README.md:5 names a start command; to measure that, give it: "
            "flask-concurrency check -- python serve.py --port 80",
        ),
        (
            {"README.md": "```\npython3 -m shop\n```\n"},
            "README.md:2 names a start command; to measure that, give it: "
            "flask-concurrency check -- python3 -m shop",
        ),
        (
            {"README.md": "Run `python setup.py test`, python gone.py.\n"},
            "give the command: flask-concurrency check -- python FILE",
        ),
        ({}, "give the command: flask-concurrency check -- python FILE"),
    ],
)
def test_the_measured_server_is_named(
    more: Mapping[str, str], named: str, tmp_path: Path
) -> None:
    found = way(tmp_path, {**FILES, **more})
    assert found.words == ("flask", "--app", "shop:app", "run")
    begin = "this is Flask's own server, but shop/server.py:4 calls WSGIServer"
    assert found.note.startswith(begin) and found.note.endswith(named)


def test_a_dockerfile_that_starts_such_an_app_is_used(tmp_path: Path) -> None:
    image = {"Dockerfile": 'FROM python:3\nCMD ["python", "serve.py"]\n'}
    found = way(tmp_path, {**FILES, **image})
    assert (found.words, found.note) == (("python", "serve.py"), "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop/server.py", "from tornado.wsgi import WSGIContainer\n"),
        ("shop/server.py", "# WSGIServer(app)\nclass WSGIServer(Base): ...\n"),
        ("tests/test_it.py", "server = make_server('', 80, app)\n"),
        ("README.md", "WSGIServer(app)\n"),
    ],
)
def test_other_code_is_not_mentioned(name: str, text: str, tmp_path: Path) -> None:
    app = {"shop/__init__.py": FILES["shop/__init__.py"]}
    assert way(tmp_path, {**app, name: text}).note == ""
