"""Environment variables of the processes that measure."""

from pathlib import Path

import pytest

from harness.environments.run import BYTECODE
from harness.environments.run import variables

RESULTS, ENVIRONMENTS = Path("/results"), Path("/environments")
PREFIX = "PYTHONPYCACHEPREFIX"


def test_bytecode_is_written_to_pythons_own_place_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.delenv(PREFIX, raising=False)
    assert PREFIX not in variables(RESULTS, ENVIRONMENTS)


@pytest.mark.parametrize(
    ("given", "kept"), [("", str(ENVIRONMENTS / BYTECODE)), ("/theirs", "/theirs")]
)
def test_bytecode_goes_beside_the_environments_if_python_is_to_write_none(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv(PREFIX, raising=False)
    if given:
        monkeypatch.setenv(PREFIX, given)
    made = variables(RESULTS, ENVIRONMENTS)
    assert "PYTHONDONTWRITEBYTECODE" not in made
    assert made[PREFIX] == kept
