"""A stage always succeeds: the last step decides by the stored exit code."""

import re
from pathlib import Path

import pytest

from harness.cli import main


@pytest.mark.parametrize("stage", ["plan", "report"])
@pytest.mark.parametrize("name", ["WORKING_DIRECTORY", "RESULTS", "CONFIG"])
@pytest.mark.parametrize(
    "value", ["x" * 5000, "/dev/null/x", "a\n::set-output name=passed::true", "\udcff"]
)
def test_an_input_that_cannot_be_a_path_is_one_annotation(
    stage: str,
    name: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {"LIMIT": "64", "SUMMARY": "true", "RESULTS": str(tmp_path / "results")}
    for each, text in {**given, name: value}.items():
        monkeypatch.setenv(f"WITH_{each}", text)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("FLASK_CONCURRENCY_ENVIRONMENTS", str(tmp_path / "made"))
    monkeypatch.chdir(tmp_path)
    assert main(["action", stage]) == 0
    lines = capsys.readouterr().out.splitlines()
    outputs = (tmp_path / "output").read_text()
    ended = re.search(r"^exit-code<<(\w+)\n(\d+)\n\1$", outputs, re.MULTILINE)
    assert ended is not None
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == (ended[2] != "0")
    assert all(len(line) < 1000 for line in errors)
    assert not any(line.lstrip().startswith("::set-output") for line in lines)
