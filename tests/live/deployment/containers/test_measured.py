"""Servers in containers are measured as exactly and as fast as others."""

import http.client
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from harness.deployment.containers import engine
from harness.system.schedstat import thread_times
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked
from tests.live.deployment.conftest import EXAMPLES
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write

RUN = "docker run -p {port}:8000"


def evidence(checked: Checked, name: str = "mine") -> dict[str, Any]:
    """Return the evidence of a deployment."""
    (file,) = (checked.results / "evidence").glob("*.json")
    (cell,) = json.loads(file.read_text())["cells"]
    assert cell["configuration"] == name
    return dict(cell)


def run(check: Check, folder: Path, command: str, *lines: str) -> dict[str, Any]:
    """Check a command, and assert that every round that did not fill up ended quiet."""
    write(folder, command, "declared = 4", "at-least = 4", *lines)
    with untouched():
        checked = check(folder)
    assert checked.code == 0, checked
    found = evidence(checked)
    settled = {each["settled"] for each in found["rounds"]}
    assert settled <= {"schedstat", "all entered"} and "schedstat" in settled
    return found


@pytest.mark.parametrize(
    "options",
    ["", "--init", "--user 65534", "--read-only --tmpfs /tmp", "--network host"],
)
def test_options_of_docker_run_are_kept(
    check: Check, user: User, tmp_path: Path, options: str
) -> None:
    command = f"docker run -p {{port}}:8000 {options} {IMAGE}"
    if "host" in options:
        command += " gunicorn shop:app --threads 4 --bind 127.0.0.1:{port}"
    run(check, tmp_path, command)


def test_a_busy_machine_changes_nothing_in_containers(
    check: Check, user: User, tmp_path: Path
) -> None:
    for number in range(2 * (os.cpu_count() or 1)):
        user.container(f"busy-{number}", command="while :; do :; done")
    run(check, tmp_path, f"{RUN} {IMAGE}")


def test_a_container_can_call_itself(check: Check, user: User, tmp_path: Path) -> None:
    write(tmp_path, f"{RUN} {IMAGE}", "declared = 4")
    checked = check(tmp_path, "--ask", "self-call")
    (answer,) = checked.cells["mine"]["answers"]
    assert answer["answer"] == "yes; deadlock at 4"


def test_rounds_take_no_longer_than_outside_of_containers(
    check: Check, user: User, tmp_path: Path
) -> None:
    inside = run(check, tmp_path, f"{RUN} {IMAGE}")
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "shop.py").write_text("from flask import Flask\napp = Flask('shop')")
    outside = run(check, folder, "gunicorn shop:app --threads 4 --bind {host}:{port}")
    print("seconds inside and outside:", *map(seconds, (inside, outside)))
    assert seconds(inside) < 2 * seconds(outside) + 0.05


def test_the_engines_proxy_process_is_watched_too(user: User) -> None:
    # The proxy runs while it forwards requests, so rounds look at its threads too.
    port = 28769
    server = "exec gunicorn shop:app --bind 0.0.0.0:8000"
    user.container("shop", "--publish", f"127.0.0.1:{port}:8000", command=server)
    proxies = engine.proxies(port)
    if not proxies:
        pytest.skip("this engine passes connections on without a program")
    assert all(b"docker-proxy" in words_of(proxy) for proxy in proxies)
    before = spent(proxies)
    deadline = time.monotonic() + 60
    while not answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert spent(proxies) > before


def words_of(process: int) -> bytes:
    """Return the command of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes()


def spent(processes: list[int]) -> int:
    """Return the processor time of processes, in nanoseconds."""
    return sum(ran for _, _, ran, _ in thread_times(processes))


def answers(port: int) -> bool:
    """Return whether a server answers on a port, with any status."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        client.request("GET", "/")
        return bool(client.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def seconds(cell: dict[str, Any]) -> float:
    """Return the median time of a round until the server was known to be quiet."""
    waited = sorted(each["settle_seconds"] for each in cell["rounds"])
    return float(waited[len(waited) // 2])


# ------------------------------------------------------------------------ deployments


def test_the_example_is_measured(check: Check, image: str, tmp_path: Path) -> None:
    folder = tmp_path / "compose"
    shutil.copytree(EXAMPLES / "compose-nginx", folder)
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    with untouched():
        checked = check(folder, "--start-seconds", "240")
    assert checked.code == 0, checked
    assert checked.cells["compose"]["verdict"] == "as declared"
    assert evidence(checked, "compose")["rounds"][-1]["settled"] != "steady count"
    assert before == {path: path.read_bytes() for path in folder.rglob("*")}


OLDER = """\
FROM python:3.13-slim
ARG FLASK
COPY requirements.txt .
RUN pip install --no-cache-dir flask==$FLASK -r requirements.txt
WORKDIR /srv
COPY app.py .
ENV FLASK_APP=app.py PYTHONWARNINGS=ignore
CMD ["flask", "run", "--host", "0.0.0.0"]
"""

BESIDE = """\
Werkzeug<1
Jinja2<3.1
itsdangerous<2.1
"""

# The experiment of 2018: the development server of two releases, behind nginx.
EXPERIMENT = """\
version: "3"
services:
  nginx:
    container_name: nginx
    image: nginx:1.28-alpine
    ports: ["${PORT:-80}:80"]
    volumes: ["./SERVICE.conf:/etc/nginx/nginx.conf"]
    depends_on: [SERVICE]
  SERVICE:
    container_name: SERVICE
    build: { context: ., args: { FLASK: "RELEASE" } }
    volumes: [".:/srv"]
"""

NGINX = """\
events {}
http { server { listen 80; location / { proxy_pass http://SERVICE:5000; } } }
"""

APP = """\
from flask import Flask
app = Flask(__name__)

@app.route("/")
def front():
    return "Hello"
"""


@pytest.mark.parametrize(
    ("release", "declared", "ceiling"),
    [("1.0.4", '"unbounded"', 40), ("0.12.5", "1", 1)],
)
def test_the_experiment_of_2018_can_be_repeated(
    check: Check,
    image: str,
    tmp_path: Path,
    release: str,
    declared: str,
    ceiling: int,
) -> None:
    names = {"SERVICE": "flask-" + release.replace(".", "-"), "RELEASE": release}
    files = {"compose.yaml": EXPERIMENT, "Dockerfile": OLDER, "app.py": APP}
    files["requirements.txt"] = BESIDE
    for file, text in [*files.items(), (f"{names['SERVICE']}.conf", NGINX)]:
        for word, value in names.items():
            text = text.replace(word, value)
        (tmp_path / file).write_text(text)
    before = sorted(tmp_path.rglob("*"))
    env = 'env = { PORT = "{port}" }'
    command = "docker-compose up" if shutil.which("docker-compose") else ""
    write(tmp_path, command or "docker compose up", f"declared = {declared}", env)
    with untouched():
        checked = check(tmp_path, "--limit", "40", "--start-seconds", "240")
    assert checked.code == 0, checked
    cell = checked.cells["mine"]
    assert (cell["verdict"], cell["ceiling"]) == ("as declared", ceiling)
    assert cell["flask"] == release
    assert [each for each in before if not each.exists()] == []
    made = {"concurrency.toml", "results", "cache"}
    left = {path.name for path in set(tmp_path.iterdir()) - set(before)}
    assert left <= made


def test_the_python_path_of_an_image_is_kept(
    check: Check, user: User, tmp_path: Path
) -> None:
    # This image finds its app through PYTHONPATH.
    folder = tmp_path / "image"
    folder.mkdir()
    text = f"FROM {IMAGE}\nRUN mkdir /lib-own && mv shop.py /lib-own/\n"
    (folder / "Dockerfile").write_text(f"{text}ENV PYTHONPATH=/lib-own\n")
    docker("build", "--quiet", "--tag", "fcm-test-path", str(folder))
    try:
        run(check, tmp_path, f"{RUN} fcm-test-path")
    finally:
        docker("rmi", "fcm-test-path")


@pytest.mark.parametrize("command", [f"docker run -p 8000:8000 {IMAGE}", "compose"])
def test_a_production_command_is_measured(
    check: Check, user: User, tmp_path: Path, command: str
) -> None:
    # Only one port is published, so it need not be named.
    user.container("shop", "--publish", "127.0.0.1:28768:8000")
    text = f"services: {{ app: {{ image: {IMAGE}, ports: ['28768:8000'] }} }}"
    (tmp_path / "compose.yaml").write_text(text)
    run(check, tmp_path, command.replace("compose", "docker compose up"))


def test_replicas_are_measured_together(
    check: Check, user: User, tmp_path: Path
) -> None:
    # nginx in front finds all replicas by the name of the service.
    text = """\
services:
  proxy:
    image: nginx:1.28-alpine
    ports: ["8080:80"]
    volumes: ["./SERVICE.conf:/etc/nginx/nginx.conf:ro"]
    depends_on: [SERVICE]
  SERVICE:
    image: fcm-test-shop
    deploy: { replicas: 2 }
"""
    for name, content in (("compose.yaml", text), ("SERVICE.conf", NGINX)):
        content = content.replace("SERVICE", "app").replace("5000", "8000")
        (tmp_path / name.replace("SERVICE", "app")).write_text(content)
    write(tmp_path, "docker compose up", "declared = 8")
    with untouched():
        checked = check(tmp_path)
    assert checked.cells["mine"]["ceiling"] == 8, checked
    last = evidence(checked)["rounds"][-1]
    assert (last["processes"], last["threads"]) == (2, 4)


OLD = """\
FROM python:3.7-slim
RUN pip install --no-cache-dir flask gunicorn
WORKDIR /srv
COPY shop.py .
CMD ["gunicorn", "shop:app", "--threads", "4", "--bind", "0.0.0.0:8000"]
"""


def test_an_image_with_an_old_python_is_measured(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(OLD)
    (tmp_path / "shop.py").write_text("from flask import Flask\napp = Flask('shop')")
    built = ["docker", "build", "--quiet", "--tag", "fcm-test-old", str(tmp_path)]
    done = subprocess.run(built, capture_output=True, text=True, timeout=240)
    if done.returncode and "pull access denied" in done.stderr:
        pytest.skip("no image python:3.7-slim can be had")
    assert done.returncode == 0, done.stderr
    try:
        write(tmp_path, f"{RUN} fcm-test-old", "declared = 4")
        with untouched():
            checked = check(tmp_path)
        cell = checked.cells["mine"]
        assert (cell["verdict"], cell["ceiling"]) == ("as declared", 4), checked
        assert cell["flask"].startswith("2.") and cell["python"].startswith("3.7")
    finally:
        docker("rmi", "fcm-test-old")
