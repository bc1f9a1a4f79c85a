"""How long platforms wait is compared with how long the app waits."""

import shlex
from pathlib import Path

import pytest

from harness.deployment.command.shell import CommandContext
from harness.deployment.repository.find import find
from harness.deployment.repository.waiting import NOT_KNOWN
from harness.deployment.repository.waiting import Patience
from harness.deployment.repository.waiting import patience
from harness.records.declares import Waiting
from harness.records.declares import Waits
from harness.records.declares import WaitVerdict
from tests.builders import infrastructure
from tests.builders import platforms as files

SYNC = "web: gunicorn --workers 2 app:app\n"
THREADS = "web: gunicorn --threads 4 app:app\n"

SERVICE = "".join(
    line for line in files.CLOUD_RUN.splitlines(keepends=True) if "command:" not in line
)
UPSTREAM = "upstream shop {\n  server a:80;\n%s}\n"
PASS = "location / { proxy_pass http://shop; }\n"
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "%s"
spec: {ingressClassName: nginx}
"""
BALANCER = """\
resource "aws_lb" "shop" {
  name         = "shop"
  idle_timeout = 120
}
"""


def waits(folder: Path, name: str, text: str, procfile: str = SYNC) -> list[Waiting]:
    (folder / "Procfile").write_text(procfile)
    (folder / name).write_text(text)
    return list(find(folder, 2).waiting)


def on(about: Waits, found: list[Waiting]) -> Waiting:
    (one,) = (each for each in found if each.about is about)
    return one


@pytest.mark.parametrize(
    ("name", "text", "seconds", "line"),
    [
        ("service.yaml", SERVICE, 300, 11),
        (
            "service.yaml",
            SERVICE.replace("containerConcurrency: 10", "timeoutSeconds: 900"),
            900,
            9,
        ),
        (
            "main.tf",
            infrastructure.TERRAFORM_CLOUD_RUN.replace("${var.timeout}s", "60s"),
            60,
            9,
        ),
        ("stack.yaml", files.CLOUDFORMATION, 120, 2),
        ("nginx.conf", UPSTREAM % "" + PASS, 60, 4),
        ("nginx.conf", UPSTREAM % "" + PASS + "proxy_read_timeout 2m;\n", 120, 5),
        ("haproxy.cfg", "backend a\n  timeout server 50s\n  server b c:1\n", 50, 2),
        ("haproxy.cfg", "backend a\n  timeout server 50000\n", 50, 2),
        ("ingress.yaml", INGRESS % 600, 600, 5),
        ("main.tf", BALANCER, 120, 3),
    ],
)
def test_an_app_that_gives_up_first_is_a_finding(
    tmp_path: Path, name: str, text: str, seconds: float, line: int
) -> None:
    found = on(Waits.ANSWER, waits(tmp_path, name, text))
    assert (found.platform_seconds, found.app_seconds) == (seconds, 30)
    assert (found.file, found.line, found.of) == (name, line, "Procfile:1")
    assert found.verdict is WaitVerdict.APP_FIRST and found.fault
    assert found.remedy.startswith(f"write --timeout {seconds:g} in Procfile:1, or ")
    assert found.source.startswith("https://") and found.read


def test_defaults_are_marked_as_such(tmp_path: Path) -> None:
    default = on(Waits.ANSWER, waits(tmp_path, "service.yaml", SERVICE))
    assert "(by default)" in default.reason
    written = waits(tmp_path, "ingress.yaml", INGRESS % 60)
    assert any("(by default)" not in each.reason for each in written)


def test_threads_do_not_end_long_requests(tmp_path: Path) -> None:
    found = on(Waits.ANSWER, waits(tmp_path, "service.yaml", SERVICE, THREADS))
    assert found.app_seconds is None and not found.fault
    assert "then answers 504; gunicorn ends no request" in found.reason


@pytest.mark.parametrize(
    ("procfile", "fault"),
    [
        (THREADS, True),
        (THREADS.replace("--threads", "--keep-alive 95 --threads"), False),
    ],
)
def test_timeouts_of_idle_connections_are_compared(
    tmp_path: Path, procfile: str, fault: bool
) -> None:
    found = waits(tmp_path, "app.json", files.HEROKU, procfile)
    assert on(Waits.NEXT_REQUEST, found).fault is fault
    assert on(Waits.ANSWER, found).platform_seconds == 30


def test_sync_workers_keep_no_connection(tmp_path: Path) -> None:
    found = waits(tmp_path, "app.json", files.HEROKU)
    assert [each.about for each in found] == [Waits.ANSWER]


@pytest.mark.parametrize(
    ("inner", "seconds"),
    [
        ("", None),
        ("keepalive 16;\n", 60),
        ("keepalive 16;\nkeepalive_timeout 75s;\n", 75),
        ("keepalive_timeout 75s;\n", None),
    ],
)
def test_nginx_keeps_connections_if_configured_to(
    tmp_path: Path, inner: str, seconds: float | None
) -> None:
    found = waits(tmp_path, "nginx.conf", UPSTREAM % inner + PASS, THREADS)
    idle = [e.platform_seconds for e in found if e.about is Waits.NEXT_REQUEST]
    assert idle == ([seconds] if seconds else [])


@pytest.mark.parametrize(
    ("upstream", "again"),
    [
        (UPSTREAM % "", False),
        (UPSTREAM % "server b:80;\n", True),
        (UPSTREAM % "server b:80;\n" + "proxy_next_upstream off;\n", False),
        (UPSTREAM % "server b:80;\n" + "proxy_next_upstream error timeout;\n", True),
        (UPSTREAM % "server b:80;\n" + "proxy_next_upstream error;\n", False),
    ],
)
def test_nginx_resending_a_request_is_a_finding(
    tmp_path: Path, upstream: str, again: bool
) -> None:
    found = waits(tmp_path, "nginx.conf", upstream + PASS, THREADS)
    said = "sends it to another server too" in on(Waits.ANSWER, found).reason
    assert said is again


@pytest.mark.parametrize(
    "text",
    [
        infrastructure.TERRAFORM_CLOUD_RUN,  # a time that is in no file here
        infrastructure.RENDER,  # no documentation says how long it waits
    ],
)
def test_unknown_waits_are_not_compared(tmp_path: Path, text: str) -> None:
    name = "render.yaml" if text.startswith("services") else "main.tf"
    assert waits(tmp_path, name, text) == []


def test_an_unknown_server_is_not_compared(tmp_path: Path) -> None:
    assert waits(tmp_path, "service.yaml", SERVICE, "web: python serve.py\n") == []


def test_commands_that_wait_differently_are_not_compared(tmp_path: Path) -> None:
    procfile = SYNC + "other: gunicorn --timeout 90 app:app\n"
    assert waits(tmp_path, "service.yaml", SERVICE, procfile) == []


def of(words: str, folder: Path, **variables: str) -> Patience:
    context = CommandContext((folder,), variables, 2)
    return patience(shlex.split(words), context, "Procfile:1")


NEVER = "never"
UNKNOWN = "not known"


@pytest.mark.parametrize(
    ("words", "answer", "idle"),
    [
        ("gunicorn app:app", 30, 0),
        ("gunicorn -w 4 -t 90 app:app", 90, 0),
        ("gunicorn --timeout=0 app:app", NEVER, 0),
        ("gunicorn --threads 4 app:app", NEVER, 2),
        ("gunicorn --threads 4 --keep-alive 65 app:app", NEVER, 65),
        ("gunicorn --threads 4 --keep-alive 0 app:app", NEVER, 0),
        ("gunicorn --threads 4 --worker-connections 4 app:app", NEVER, 0),
        ("gunicorn --threads 4 --worker-connections 5 app:app", NEVER, 2),
        ("gunicorn -k gevent --timeout 5 app:app", NEVER, 2),
        ("gunicorn -k some.Other app:app", UNKNOWN, UNKNOWN),
        ("gunicorn --timeout $T app:app", UNKNOWN, UNKNOWN),
        ("gunicorn -c missing.py app:app", UNKNOWN, UNKNOWN),
        ("uwsgi --http :80 --module app", NEVER, 0),
        ("uwsgi --http :80 --module app --harakiri 20", 20, 0),
        ("uwsgi --http :80 --http-keepalive --module app", NEVER, UNKNOWN),
        ("uwsgi --ini uwsgi.ini", UNKNOWN, UNKNOWN),
        ("waitress-serve app:app", NEVER, 120),
        ("uvicorn --interface wsgi --timeout-keep-alive 70 app:app", NEVER, 70),
        ("hypercorn wsgi:app:app", NEVER, 5),
        ("flask run", NEVER, 0),
        ("granian --interface wsgi app:app", NEVER, UNKNOWN),
        ("python serve.py", UNKNOWN, UNKNOWN),
    ],
)
def test_timeouts_are_read_from_commands(
    words: str, answer: float | str, idle: float | str, tmp_path: Path
) -> None:
    found = of(words, tmp_path)
    for each, expected in zip(found, (answer, idle), strict=True):
        if expected == UNKNOWN:
            assert each is None
        else:
            assert each is not None
            assert each.seconds == (None if expected == NEVER else expected)


def test_timeouts_are_read_from_gunicorns_file(tmp_path: Path) -> None:
    conf = tmp_path / "gunicorn.conf.py"
    conf.write_text("import os\ntimeout = 2 * 60\nkeepalive = 75\n")
    found = of("gunicorn app:app", tmp_path)
    assert found.answer is not None and found.answer.seconds == 120
    threads = of("gunicorn --threads 2 --timeout 5 app:app", tmp_path)
    assert threads.idle is not None and threads.idle.seconds == 75
    conf.write_text("timeout = int(open('t').read())\n")
    assert of("gunicorn app:app", tmp_path) == NOT_KNOWN


def test_timeouts_are_read_from_gunicorns_variables(tmp_path: Path) -> None:
    found = of("gunicorn app:app", tmp_path, GUNICORN_CMD_ARGS="--timeout 45")
    assert found.answer is not None and found.answer.seconds == 45
