"""Promises about reloads and restarts are compared with tapes."""

from pathlib import Path

import pytest

from tests.live.deployment.conftest import Check

SLOW_TO_IMPORT = """\
import time
from flask import Flask
time.sleep(1.5)
app = Flask(__name__)
"""

COMMAND = "gunicorn --workers 2 shop:app --bind {host}:{port}"


@pytest.mark.parametrize(
    ("more", "keys", "code", "words"),
    [
        ("", 'never-below = 1\nlife = ["kill"]\non-term = "finish"', 0, ""),
        ("", 'never-below = 1\nlife = ["reload"]', 1, "never-below: 1 required"),
        (" --preload", 'never-below = 2\nlife = ["reload"]', 0, ""),
    ],
)
def test_promises_are_kept_or_broken(
    check: Check, tmp_path: Path, more: str, keys: str, code: int, words: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "shop.py").write_text(SLOW_TO_IMPORT)
    (folder / "concurrency.toml").write_text(
        f'[[deployment]]\nname = "mine"\ncommand = "{COMMAND}{more}"\n{keys}\n'
    )
    checked = check(folder)
    assert (checked.code, bool(checked.message)) == (code, bool(words))
    assert words in checked.message
    assert "Slots over the life of the server" in checked.out
    assert all(tape["known"] for tape in checked.cells["mine"]["tapes"])
