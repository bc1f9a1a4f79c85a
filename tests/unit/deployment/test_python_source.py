"""Python is read, and never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.python_source import find_app


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
def test_where_the_app_is(
    files: dict[str, str], app: str | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_app(tmp_path) == app


def test_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("app = Flask('a')\nopen('ran', 'w')\n")
    find_app(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]
