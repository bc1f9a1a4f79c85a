"""HTTP/2 over one TLS connection, for deployments that support it and others."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked
from tests.live.deployment.conftest import ROOT

TLS = ROOT / "tests" / "deployments" / "tls"

COMMANDS = {
    "hypercorn": "hypercorn --certfile cert.pem --keyfile key.pem --bind {{host}}:"
    "{{port}} {app}",
    "gunicorn": "gunicorn --certfile cert.pem --keyfile key.pem --threads 3 --bind "
    "{{host}}:{{port}} {app}",
    "granian": "granian --interface wsgi --workers 2 --blocking-threads 2 --host "
    "{{host}} --port {{port}} {app}",
}


def http2_answers(checked: Checked) -> dict[str, Any]:
    """Return the answer about each deployment, by its name."""
    return {
        name: each
        for name, cell in checked.cells.items()
        for each in cell["answers"]
        if each["question"] == "http2"
    }


def test_http2_is_measured_if_the_server_supports_it(
    check: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in ("cert.pem", "key.pem"):
        shutil.copy(TLS / name, folder)
    (folder / "shop.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    tables = (
        f'[[deployment]]\nname = "{name}"\ncommand = "{text.format(app="shop:app")}"\n'
        for name, text in COMMANDS.items()
    )
    (folder / "concurrency.toml").write_text("\n".join(tables))
    checked = check(folder, "--ask", "http2", "--limit", "16")
    answers = http2_answers(checked)
    threads = checked.cells["hypercorn"]["ceiling"]
    assert answers["hypercorn"]["answer"] == f"as many: {threads}"
    assert "does not offer HTTP/2 over TLS" in answers["gunicorn"]["sentence"]
    assert answers["granian"]["answer"] == "2 of 4"
    assert "one connection gets fewer (FC504)" in checked.out


def test_http2_is_measured_through_nginx(check: Check, tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        if os.environ.get("REQUIRE_NGINX"):
            pytest.fail("there is no nginx")
        pytest.skip("SKIPPED: there is no nginx")
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "tests" / "deployments" / "http2", folder)
    for name in ("cert.pem", "key.pem"):
        shutil.copy(TLS / name, folder)
    checked = check(folder, "--ask", "http2", "--limit", "16")
    answers = http2_answers(checked)
    # nginx answers plain HTTP on a TLS port with "bad request" and goes on.
    assert {cell["ceiling"] for cell in checked.cells.values()} == {4}
    assert answers["spoken"]["answer"] == "as many: 4"
    assert answers["few-streams"]["number"] == 2
    assert answers["few-streams"]["answer"] == "2 of 4: no more streams are allowed"
    assert "does not offer HTTP/2 over TLS" in answers["not-spoken"]["sentence"]
