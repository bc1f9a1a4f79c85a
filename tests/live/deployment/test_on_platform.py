"""What a platform sends and checks is compared with the measurement."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.system.ports import free_ports
from tests.builders import infrastructure
from tests.builders import platforms as files
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked

APP = """\
import os
import threading
from wsgiref.simple_server import make_server
from flask import Flask

app = Flask(__name__)

@app.get("/live")
def live():
    return "ok"

if port := os.environ.get("HEALTH_PORT"):
    health = make_server("127.0.0.1", int(port), lambda environ, start: (
        start("200 OK", []), [b"ok"])[1])
    threading.Thread(target=health.serve_forever, daemon=True).start()
"""

SERVICE = "".join(
    line for line in files.CLOUD_RUN.splitlines(keepends=True) if "command:" not in line
)


def deploy(check: Check, folder: Path, *lines: str) -> Checked:
    """Check an app with three threads in its own folder, and its health."""
    (folder / "shop.py").write_text(APP)
    text = ["[[deployment]]", 'name = "mine"', *lines]
    command = 'command = "gunicorn --threads 3 shop:app --bind {host}:{port}"'
    (folder / "concurrency.toml").write_text("\n".join([*text, command]))
    return check(folder, "--ask", "probes")


def remarks(checked: Checked) -> dict[str, Any]:
    """Return the remarks on the only deployment, by their words."""
    result = json.loads((checked.results / "check.json").read_text())
    (one,) = result["deployments"]
    return {each["word"]: each for each in one["remarks"]}


def test_more_requests_than_slots_and_a_waiting_check_are_remarks(
    check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "service.yaml").write_text(SERVICE.replace(": 10", ": 5"))
    checked = deploy(check, folder, 'probes = { file = "service.yaml" }')
    assert checked.code == 0, "what is only said fails nothing"
    found = remarks(checked)
    more = found["platform sends more"]
    assert more["reason"] == "the platform sends 5, the app takes 3: two wait"
    assert (Path(more["file"]).name, more["line"]) == ("service.yaml", 9)
    waits = found["health check waits"]
    # A check every 10 s, the timeout of 4 s from the file, and 3 failures.
    assert "with 3 requests" in waits["reason"] and "24 to 34 s" in waits["reason"]
    assert (Path(waits["file"]).name, waits["line"]) == ("service.yaml", 14)
    assert "platform sends more (FC303): mine: the platform sends 5" in checked.out


def test_equal_numbers_and_a_separate_health_port_are_no_remarks(
    check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (port,) = free_ports("127.0.0.1", 1)
    (folder / "service.yaml").write_text(SERVICE.replace(": 10", ": 3"))
    probes = f'probes = {{ path = "/any", port = {port} }}'
    env = f'env = {{ HEALTH_PORT = "{port}" }}'
    checked = deploy(check, folder, probes, env)
    assert (checked.code, remarks(checked)) == (0, {})
    answers = {each["question"]: each for each in checked.cells["mine"]["answers"]}
    assert answers["probes"]["answer"] == "answered"


@pytest.mark.parametrize(
    ("name", "text", "line", "more"),
    [
        (
            "main.tf",
            infrastructure.TERRAFORM_CLOUD_RUN.replace("var.concurrency", "5"),
            10,
            "the platform sends 5, the app takes 3: two wait",
        ),
        (
            "main.bicep",
            infrastructure.BICEP.replace("int = 10", "int = 5"),
            40,
            "the platform aims at 5, the app takes 3: two wait",
        ),
    ],
)
def test_infrastructure_as_code_is_compared_too(
    check: Check, tmp_path: Path, name: str, text: str, line: int, more: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / name).write_text(text.replace("/healthz", "/live"))
    checked = deploy(check, folder, f'probes = {{ file = "{name}" }}')
    found = remarks(checked)
    assert found["platform sends more"]["reason"] == more
    assert found["platform sends more"]["line"] == line
    waits = found["health check waits"]
    assert Path(waits["file"]).name == name and waits["line"] > 20
    assert "app gives up first" not in found, "its threads end no request"
