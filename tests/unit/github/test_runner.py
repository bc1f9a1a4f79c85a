"""Messages to GitHub's runner, as far as they can be tested without one."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from harness.github import runner as github
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.reports import cell
from tests.builders.reports import report


def test_workflow_commands_are_stopped_within_the_block(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with github.commands_stopped():
        print("::error::forged")
    with github.commands_stopped():
        pass
    lines = capsys.readouterr().out.splitlines()
    first, second = (line.removeprefix("::stop-commands::") for line in lines[::3])
    assert lines[2] == f"::{first}::"
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


# --------------------------------------------------------------------------- outputs


def test_outputs_cannot_forge_others(tmp_path: Path) -> None:
    file = tmp_path / "output"
    environ = {"GITHUB_OUTPUT": str(file)}
    github.set_outputs(environ, {"a": "1\nEOF\nb=2", "c": ""})
    lines = file.read_text().splitlines()
    name, _, delimiter = lines[0].partition("<<")
    assert (name, lines[4]) == ("a", delimiter)
    assert lines[1:4] == ["1", "EOF", "b=2"]
    assert lines[5].startswith("c<<") and delimiter not in lines[5]


def test_the_delimiter_is_not_in_the_value() -> None:
    with pytest.raises(ValueError, match="delimiter"):
        github.output("a", "b\nX\nc", "X")


def test_the_worst_result_is_the_verdict() -> None:
    words = [Verdict.AS_DECLARED, Verdict.MORE, Verdict.FEWER, Verdict.AS_DECLARED]
    outputs = github.report_outputs(report(*map(cell, words)))
    assert outputs["verdict"] == "fewer"
    assert json.loads(outputs["counts"]) == {"fewer": 1, "more": 1, "as declared": 2}


def test_every_outcome_and_verdict_is_ranked_once() -> None:
    words = {*Outcome, *Verdict} - {Outcome.MEASURED}
    assert set(github.WORST_FIRST) == words
    assert len(github.WORST_FIRST) == len(words)


def test_the_room_left_in_the_summary_is_known(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    assert github.summary_room(environ) == 1024 * 1024
    github.add_summary(environ, "é\udcff")
    assert file.read_text() == "é\\udcff"
    assert github.summary_room(environ) == 1024 * 1024 - len(file.read_bytes())


def test_without_a_runner_nothing_is_written() -> None:
    github.set_outputs({}, {"a": "b"})
    github.add_summary({}, "text")


def test_reports_can_be_read_back() -> None:
    found = report(cell(Verdict.FEWER))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Report) == found
