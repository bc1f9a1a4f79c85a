"""Long-lived clients at paths of a user's own app."""

from pathlib import Path

import pytest

from harness.probe.questions import staying
from tests.live.deployment.conftest import Check

CHAT = """\
import threading
from flask import Flask, Response, abort, request
from flask_sock import Sock

app = Flask(__name__)
got = []


@app.before_request
def only_members():
    if request.headers.get("Authorization") != "Bearer me":
        abort(401)


@Sock(app).route("/ws")
def talk(connection):
    connection.send("welcome")
    connection.receive()


@app.route("/events")
def events():
    def feed():
        yield "data: hello\\n\\n"
        threading.Event().wait()
    return Response(feed(), mimetype="text/event-stream")


@app.route("/photos", methods=["POST"])
def photos():
    body = request.get_data()
    open("photos.txt", "a").write(str(len(body)))
    return "thanks"
"""

DEPLOYMENT = """\
[[deployment]]
name = "chat"
command = "gunicorn --workers 1 --threads 2 chat:app --bind {host}:{port}"
headers = { Authorization = "Bearer me" }
"""


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app for members that accepts uploads, streams events and opens sockets."""
    monkeypatch.setattr(staying, "MOST_CLIENTS", 4)
    monkeypatch.setattr(staying, "WATCHED_SECONDS", 0.2)
    folder = tmp_path / "chat"
    folder.mkdir()
    (folder / "chat.py").write_text(CHAT)
    (folder / "concurrency.toml").write_text(DEPLOYMENT)
    return folder


def test_each_path_is_requested_with_the_users_headers(
    check: Check, chat: Path
) -> None:
    keys = 'upload-to = "/photos"\nevents-at = "/events"\nsocket-at = "/ws"\n'
    (chat / "concurrency.toml").write_text(DEPLOYMENT + keys)
    checked = check(chat, "--limit", "4")
    answers = {each["question"]: each for each in checked.cells["chat"]["answers"]}
    for question in ("uploads", "sockets"):
        assert answers[question]["answer"] == "2 shut all others out", answers[question]
    assert not (chat / "photos.txt").exists(), "no upload was sent whole"
    # Without another event, the app never notices that these clients have left.
    assert answers["events"]["number"] == 2
    assert "others shut out (FC502)" in checked.out
    assert checked.code == 0


def test_a_missing_path_is_reported(check: Check, chat: Path) -> None:
    text = DEPLOYMENT.replace("Bearer me", "Bearer you") + 'socket-at = "/ws"\n'
    (chat / "concurrency.toml").write_text(text)
    checked = check(chat, "--limit", "4")
    (answer,) = (
        each
        for each in checked.cells["chat"]["answers"]
        if each["question"] == "sockets"
    )
    assert answer["answer"] == "unknown"
    assert "none stayed: /ws answered 401 at once" in answer["sentence"]


def test_without_a_path_the_probes_own_route_is_used(check: Check, chat: Path) -> None:
    checked = check(chat, "--limit", "4", "--ask", "uploads,events,sockets")
    answers = {each["question"]: each for each in checked.cells["chat"]["answers"]}
    assert (
        answers["uploads"]["answer"]
        == answers["events"]["answer"]
        == ("2 shut all others out")
    )
    assert "such as socket-at = '/ws'" in answers["sockets"]["sentence"]


def test_a_path_needs_a_slash(check: Check, chat: Path) -> None:
    (chat / "concurrency.toml").write_text(DEPLOYMENT + 'socket-at = "ws"\n')
    checked = check(chat)
    assert checked.code == 2
    assert "socket-at: " in checked.message and "such as '/ws'" in checked.message


SOCKETIO = """\
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
SocketIO(app, async_mode="threading")
"""


def test_socketio_is_polled_if_the_deployment_has_it(check: Check, chat: Path) -> None:
    (chat / "chat.py").write_text(SOCKETIO)
    (chat / "concurrency.toml").write_text(DEPLOYMENT + 'polls-at = "/socket.io/"\n')
    checked = check(chat, "--limit", "4")
    answers = {each["question"]: each for each in checked.cells["chat"]["answers"]}
    assert answers["polls"]["answer"] == "2 shut all others out"
    assert "with 2 Socket.IO clients that poll, nobody else gets in" in checked.out
