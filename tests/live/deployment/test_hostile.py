"""An app that answers the probe wrongly loses its own number, and no other."""

import contextlib
import http.server
import socket
import threading
from pathlib import Path

import pytest

from harness.measure.start import PORTS_TRIED
from tests.live.deployment.conftest import Check

APP = """
import json, os
from flask import Flask
honest = Flask(__name__)

def odd(environ, start_response):
    if not environ["PATH_INFO"].endswith("/ready"):
        return honest(environ, start_response)
    said = {"token": os.environ["FLASK_CONCURRENCY_TOKEN"], "process": os.getpid()}
    said.update(json.loads(os.environ["ODD"]))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(said).encode()]
"""

CONFIGURATION = """
[[deployment]]
name = "odd"
command = "gunicorn shop:odd --bind {{host}}:{{port}}"
env = {{ ODD = '{odd}' }}

[[deployment]]
name = "honest"
command = "gunicorn shop:honest --bind {{host}}:{{port}}"
"""


@pytest.mark.parametrize(
    "odd",
    [
        "{}",
        '{"patched": "no", "stale": []}',
        '{"patched": false, "stale": 7}',
        '{"patched": false, "stale": ["\\\\ud800"], "python": null}',
        '{"process": "one"}',
        '{"process": -1}',
        '{"process": 99999999999}',
        '{"boot_seconds": -1}',
    ],
)
def test_an_odd_first_answer_is_not_answering(
    check: Check, tmp_path: Path, odd: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "shop.py").write_text(APP)
    (folder / "concurrency.toml").write_text(CONFIGURATION.format(odd=odd))
    checked = check(folder)
    assert checked.cells["odd"]["outcome"] == "not answering"
    assert checked.cells["honest"]["verdict"] == "as declared"
    assert "Traceback" not in checked.out + checked.message


def test_another_program_on_its_port_is_not_measured(
    check: Check, tmp_path: Path
) -> None:
    # It takes the port as soon as that is known, like a faster program.
    folder = tmp_path / "mine"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as told:
        others: list[http.server.ThreadingHTTPServer] = []
        told.others = others  # type: ignore[attr-defined]
        threading.Thread(target=told.serve_forever, daemon=True).start()
        text = TELLS.format(port=told.server_port)
        (folder / "serve.py").write_text(text)
        (folder / "concurrency.toml").write_text(
            '[[deployment]]\nname = "mine"\ncommand = "python serve.py {port}"\n'
        )
        checked = check(folder, "--start-seconds", "20")
        for each in (told, *others):
            each.shutdown()
            each.server_close()
    assert len(others) == PORTS_TRIED  # another port was tried each time
    assert checked.cells["mine"]["outcome"] == "not answering"
    assert "another program answers on port" in checked.message
    assert "below" not in checked.message


def test_another_program_that_shares_its_port_is_reported(
    check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sharing) as told:
        told.others = []  # type: ignore[attr-defined]
        threading.Thread(target=told.serve_forever, daemon=True).start()
        (folder / "shop.py").write_text("import flask\napp = flask.Flask('shop')\n")
        text = SHARES.format(port=told.server_port)
        (folder / "gunicorn.conf.py").write_text(text)
        (folder / "concurrency.toml").write_text(
            '[[deployment]]\nname = "mine"\n'
            'command = "gunicorn shop:app --threads 4 --bind {host}:{port}"\n'
        )
        checked = check(folder)
        told.shutdown()
        for other in told.others:  # type: ignore[attr-defined]
            other.shutdown(socket.SHUT_RDWR)
            other.close()
    assert checked.cells["mine"]["outcome"] == "not answering"
    assert "another program listens on port" in checked.message


SHARES = """
import urllib.request
reuse_port = True

def post_worker_init(worker):
    port = worker.sockets[0].sock.getsockname()[1]
    urllib.request.urlopen("http://127.0.0.1:{port}/" + str(port)).read()
"""

TELLS = """
import sys, time, urllib.request
import flask
urllib.request.urlopen("http://127.0.0.1:{port}/" + sys.argv[1]).read()
time.sleep(60)
"""


class Other(http.server.BaseHTTPRequestHandler):
    """Listens on a given port, and answers 404 to everybody."""

    def do_GET(self) -> None:
        others = getattr(self.server, "others", None)
        if others is None:
            self.send_error(404)
            return
        port = int(self.path.strip("/"))
        other = http.server.ThreadingHTTPServer(("127.0.0.1", port), Other)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        others.append(other)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Log nothing."""


class Sharing(Other):
    """Shares a given port, and closes every connection."""

    def do_GET(self) -> None:
        other = socket.socket()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", int(self.path.strip("/"))))
        other.listen()
        self.server.others.append(other)  # type: ignore[attr-defined]
        threading.Thread(target=hang_up, args=(other,), daemon=True).start()
        self.send_response(200)
        self.end_headers()


def hang_up(listener: socket.socket) -> None:
    """Accept connections and close them, until the socket is shut down."""
    with contextlib.suppress(OSError):
        while True:
            listener.accept()[0].close()
