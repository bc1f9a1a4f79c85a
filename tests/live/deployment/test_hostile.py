"""An app that answers the probe wrongly costs itself its number, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    ],
)
def test_an_odd_first_answer(check: Check, tmp_path: Path, odd: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "shop.py").write_text(APP)
    (folder / "concurrency.toml").write_text(CONFIGURATION.format(odd=odd))
    checked = check(folder)
    assert checked.cells["odd"]["outcome"] == "not answering"
    assert checked.cells["honest"]["verdict"] == "as declared"
    assert "Traceback" not in checked.out + checked.message
