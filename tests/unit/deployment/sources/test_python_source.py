"""Python sources are parsed, never executed."""

import ast
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.deployment.sources.python_source import find_app
from harness.deployment.sources.python_source import is_flask
from harness.deployment.sources.python_source import MOST_BYTES
from harness.deployment.sources.python_source import parsed
from harness.deployment.sources.python_source import source_of


@pytest.mark.parametrize(
    ("files", "app"),
    [
        ({"app.py": "app = Flask(__name__)"}, "app:app"),
        ({"app.py": "import flask\nsite: X = flask.Flask('a')"}, "app:site"),
        ({"app.py": "def create_app(config=None): ..."}, "app:create_app()"),
        ({"app.py": "def create_app(config): ..."}, None),
        ({"app.py": "from x import create_app\napp = create_app(1)"}, "app:app"),
        ({"shop/__init__.py": "app = Flask('a')"}, "shop:app"),
        ({"shop/__init__.py": "", "shop/wsgi.py": "a = make_app()"}, "shop.wsgi:a"),
        ({"zoo.py": "z = Flask('z')", "wsgi.py": "w = Flask('w')"}, "wsgi:w"),
        ({"tests/__init__.py": "app = Flask('a')"}, None),
        ({"app.py": "app = Flask(", "b.py": "app = Other()"}, None),
        ({}, None),
    ],
)
def test_the_app_is_found_in_the_source(
    files: dict[str, str], app: str | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_app(tmp_path) == app


def test_no_source_is_executed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("app = Flask('a')\nopen('ran', 'w')\n")
    find_app(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]


def seen(folder: Path, text: str, files: Mapping[str, str] = {}) -> bool:
    """Return whether a script ends with a call that serves."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    script = folder / "serve.py"
    script.write_text(text)
    source = source_of(script, folder)
    assert source is not None
    last = source.tree.body[-1]
    assert isinstance(last, ast.Expr)
    return is_flask(last.value, source)


FLASK = "from flask import Flask\n"
APP = f"{FLASK}app = Flask(__name__)\n"
FACTORY = f"{FLASK}def create_app(name='x'):\n    made = Flask(name)\n    return made\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{APP}app",
        "import flask\nweb: flask.Flask = flask.Flask('x')\nweb",
        "import flask as f\nf.Flask('x')",
        f"{FACTORY}create_app()",
        f"{FACTORY}if True:\n    it = create_app('y')\nit",
        f"{FLASK}class Shop(Flask):\n    pass\nShop('x')",
        f"{FLASK}class Shop(Flask): pass\nclass Other(Shop): pass\nOther('x')",
    ],
)
def test_a_serving_call_is_found_in_one_file(text: str, tmp_path: Path) -> None:
    assert seen(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "from shop import app\napp",
        "from shop import app as it\nit",
        "import shop\nshop.app",
        "from shop import create_app\nx = create_app('dev')\nx",
        "import shop as s\ns.create_app()",
        "from inner import app\napp",
        "from inner.web import app\napp",
        "from inner import web\nweb.app",
    ],
)
def test_a_serving_call_is_found_in_neighbouring_files(
    text: str, tmp_path: Path
) -> None:
    files = {
        "shop.py": APP + FACTORY,
        "inner/web.py": APP,
        "inner/__init__.py": "from .web import app",
    }
    assert seen(tmp_path, text, files)


@pytest.mark.parametrize(
    "text",
    [
        "from dash import Dash\napp = Dash(__name__)\napp",
        "from elsewhere import app\napp",
        "import connexion\napp = connexion.App(__name__)\napp",
        "app",
        "app = app\napp",
        "def create_app():\n    return create_app()\ncreate_app()",
        "class Flask: pass\nFlask()",
        f"{FLASK}from flask_socketio import SocketIO\napp = SocketIO(Flask('x'))\napp",
        "get()['app']",
    ],
)
def test_similar_calls_are_not_confused(text: str, tmp_path: Path) -> None:
    assert not seen(tmp_path, text)


def test_a_file_that_does_not_end_or_is_huge_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "app.py")
    assert parsed(tmp_path / "app.py") is None
    (tmp_path / "data.py").write_text("DATA = [\n" + "1,\n" * MOST_BYTES + "]\n")
    assert parsed(tmp_path / "data.py") is None
    (tmp_path / "shop.py").write_text("app = Flask(__name__)\n")
    assert find_app(tmp_path) == "shop:app"
