"""What a script declares that starts a server in its own code."""

from pathlib import Path

import pytest

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.declared.derive import derive
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where

HEAD = """\
import waitress
from flask import Flask
from waitress import serve
app = Flask(__name__)
def create_app(): return app
"""


def declared(folder: Path, text: str, head: str = HEAD) -> Promise:
    (folder / "app.py").write_text(head + text)
    return derive(["python3", "-u", "app.py"], Where(folder, Path("python"), {}))


@pytest.mark.parametrize(
    ("text", "server", "number"),
    [
        ("app.run(port=p)", "werkzeug", None),
        ("if __name__ == '__main__':\n    app.run('0.0.0.0', p)", "werkzeug", None),
        ("create_app().run(port=p, debug=True)", "werkzeug", None),
        ("app.run(port=p, threaded=False)", "werkzeug", 1),
        ("app.run(port=p, threaded=False, processes=3)", "werkzeug", 3),
        ("serve(app, port=p)", "waitress", 4),
        ("waitress.serve(app, listen='*:80', threads=9)", "waitress", 9),
        ("app.run(port=p)\nsubprocess.run(['x'], port=1)", "werkzeug", None),
    ],
)
def test_a_single_call_that_serves_declares_a_number(
    text: str, server: str, number: int | None, tmp_path: Path
) -> None:
    promise = declared(tmp_path, text)
    assert (promise.server, promise.declared) == (server, number)


@pytest.mark.parametrize(
    "text",
    [
        "app.run(port=p, threaded=t)",
        "serve(app, port=p, threads=n)",
        "app.run(port=p)\nserve(app, port=p)",
        "socketio.run(app, port=p)",
        "",
        "(",
    ],
)
def test_unclear_scripts_are_unknown(text: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDerive) as caught:
        declared(tmp_path, text)
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize(
    ("text", "port"),
    [("app.run()", 5000), ("app.run('', 80)", 80), ("\nserve(app)", 8080)],
)
def test_a_fixed_port_in_a_script_is_reported(
    text: str, port: int, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=rf"app.py:\d: .*port {port} .*\"PORT\", {port}"):
        declared(tmp_path, text)
