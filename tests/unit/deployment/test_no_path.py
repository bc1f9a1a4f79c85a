"""Words that are too long for a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import main
from harness.deployment.config import DeploymentFault
from harness.deployment.no_path import is_socket
from harness.deployment.no_path import looking_at_paths

LONG = "x" * 5000


def test_an_error_about_a_path_is_a_fault_of_the_deployment() -> None:
    with pytest.raises(DeploymentFault) as caught, looking_at_paths("command"):
        Path(LONG).exists()
    assert caught.value.key == "command"
    assert caught.value.problem.endswith(": File name too long; correct it")
    assert len(caught.value.problem) < 300


@pytest.mark.parametrize("word", [LONG, "x" * 300, "a\0b", "", "shop.py/x"])
def test_a_word_that_is_no_path_is_no_socket(word: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").touch()
    assert not is_socket(tmp_path / word)


def test_any_other_error_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), looking_at_paths("command"):
        (tmp_path / "none").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--config", LONG],
        ["compare", LONG, LONG],
        ["declares", LONG],
        ["report", "--results", LONG],
        ["site", "--results", LONG],
        ["track", "--show", "--history", LONG],
        ["plan", "--catalog", LONG],
        ["measure", "--plan", LONG],
    ],
    ids=lambda words: str(words[0]),
)
def test_a_path_that_is_too_long_is_one_line(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) in (2, 3)
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("flask-concurrency: ")
