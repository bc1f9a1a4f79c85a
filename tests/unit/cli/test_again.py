"""The command that measures a cell again works where it is printed."""

from __future__ import annotations

import pytest

from harness.cli.again import again
from harness.cli.again import NOX
from harness.records.words import DEFAULT_LIMIT

CELL = "flask-3.1.3/waitress-3.0.2/default/py3.11"


@pytest.mark.parametrize("nox", ["nox", "nox -f ../matrix/noxfile.py"])
def test_where_nox_was_started_it_is_nox(
    monkeypatch: pytest.MonkeyPatch, nox: str
) -> None:
    monkeypatch.setenv(NOX, nox)
    assert again(CELL, DEFAULT_LIMIT) == f"{nox} -s probe -- --only {CELL}"


def test_elsewhere_it_is_the_installed_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOX, raising=False)
    assert again(CELL, 9) == f"flask-concurrency probe --only {CELL} --limit 9"
