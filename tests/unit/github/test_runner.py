"""What GitHub's runner is told, as far as it can be seen without one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from harness.github import runner as github
from harness.github.runner import Annotation
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.reports import cell
from tests.builders.reports import report

RESULTS = {"FLASK_CONCURRENCY_RESULTS": "/r"}


# ---------------------------------------------------------------------------- inputs


def test_inputs_become_options() -> None:
    environ = {
        **RESULTS,
        "WITH_ONLY": " flask-3.1.3/* \n\n*/x y\n",
        "WITH_FLASK": "3.1.3, 2.3.3",
        "WITH_SERVERS": "gunicorn==27.0.1\nwaitress",
        "WITH_SERVER_RELEASES": "gunicorn==26.0,27.0\nwerkzeug==./werkzeug",
        "WITH_LIMIT": "8",
        "WITH_JOBS": "2",
    }
    assert github.arguments("plan", environ) == [
        "plan",
        "--only=flask-3.1.3/*",
        "--only=*/x",
        "--only=y",
        "--flask=3.1.3",
        "--flask=2.3.3",
        "--server=gunicorn==27.0.1",
        "--server=waitress",
        "--server-release=gunicorn==26.0,27.0",
        "--server-release=werkzeug==./werkzeug",
        "--limit=8",
        "--results=/r",
    ]
    assert github.arguments("measure", environ) == [
        "measure",
        "--jobs=2",
        "--results=/r",
    ]


def test_an_input_cannot_pass_for_an_option() -> None:
    line = github.arguments("plan", {**RESULTS, "WITH_ONLY": "--all --results=/etc"})
    assert line == ["plan", "--only=--all", "--only=--results=/etc", "--results=/r"]


@pytest.mark.parametrize(
    ("text", "value"), [("", True), ("true", True), ("False ", False), (" ", True)]
)
def test_a_flag(text: str, value: bool) -> None:
    assert github.flag({"WITH_SUMMARY": text}, "SUMMARY") is value


def test_what_is_no_flag() -> None:
    with pytest.raises(ValueError, match="summary is true or false: 'maybe'"):
        github.flag({"WITH_SUMMARY": "maybe"}, "SUMMARY")


# ----------------------------------------------------------------------- annotations


@pytest.mark.parametrize(
    "hostile",
    [
        "a\n::error::forged",
        "a\r\n::error::forged",
        "::error::forged",
        "##[error]forged",
        "a\x1b[31m\n::set-output name=x::y",
        "a\u2028::error::forged",
        "a\x00b::c",
        "%0A::error::forged",
    ],
)
def test_an_annotation_is_one_line_whatever_it_holds(hostile: str) -> None:
    line = github.command(Annotation("error", f"t: {hostile}", hostile))
    assert len(line.splitlines()) == 1
    assert line.startswith("::error title=t%3A ")
    title, _, message = line[2:].partition("::")
    assert "::" not in title + message
    assert "##[" not in line
    # A runner decodes %XX last: what it decodes to is no new line of ours.
    assert "\n" not in message.replace("%25", "")


def test_a_property_is_escaped() -> None:
    line = github.command(Annotation("notice", "a, b: 100%", "c, d: 100%"))
    assert line == "::notice title=a%2C b%3A 100%25::c, d: 100%25"


def test_an_annotation_stands_at_a_line_of_a_file() -> None:
    line = github.command(Annotation("error", "t", "m", "à b/c:d,e%.toml", 4))
    assert line == "::error file=à b/c%3Ad%2Ce%25.toml,line=4,title=t::m"
    whole = github.command(Annotation("error", "t", "m", "a.toml"))
    assert whole == "::error file=a.toml,title=t::m"
    nowhere = github.command(Annotation("error", "t", "m", "", 4))
    assert nowhere == "::error title=t::m"
    hostile = github.command(Annotation("error", "t", "m", "a\n::error::forged", 4))
    assert hostile == "::error title=t::m"


def test_a_file_is_named_from_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "mine" / "sub")
    file = str(tmp_path / "mine" / "sub" / "a.toml")
    runner = {"GITHUB_WORKSPACE": str(tmp_path / "mine")}
    assert github.in_repository(file, runner) == "sub/a.toml"
    assert github.in_repository(file, {}) == "a.toml"
    assert github.in_repository(str(tmp_path / "b.toml"), runner) == ""
    assert github.in_repository("", runner) == ""


def test_a_long_message_is_cut() -> None:
    line = github.command(Annotation("error", "t", "€" * 5_000))
    assert len(line.encode()) < 4_096


def test_too_many_are_rolled_up() -> None:
    remarks = [Annotation("error", f"e{n}", "m") for n in range(20)]
    remarks += [Annotation("notice", "n", "m")]
    rolled = github.roll_up(remarks)
    assert [remark.title for remark in rolled] == [
        *(f"e{n}" for n in range(7)),
        "and 13 more",
        "n",
    ]
    assert "e7; e8" in rolled[7].message and "e19" in rolled[7].message


def test_an_error_is_what_fails_the_run() -> None:
    found = report(
        cell(Verdict.AS_DECLARED, 0),
        cell(Verdict.FEWER, 1),
        cell(Outcome.DIED, 2),
        cell(Outcome.HARNESS_FAILED, 3),
        cell(Verdict.UNKNOWN, 4),
        cell(Outcome.NOT_SUPPORTED, 5),
    )

    def levels(fail_on: FailOn) -> dict[str, str]:
        remarks = github.remarks_on(found, FORBIDDEN[fail_on])
        return {remark.title.partition(":")[0]: remark.level for remark in remarks}

    assert levels(FailOn.NEVER) == {
        "harness failed": "warning",
        "died": "warning",
        "fewer": "warning",
        "unknown": "notice",
    }
    assert levels(FailOn.HARNESS)["harness failed"] == "error"
    assert levels(FailOn.HARNESS)["fewer"] == "warning"
    assert set(levels(FailOn.FEWER).values()) == {"error", "notice"}


def test_commands_are_stopped_meanwhile(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_the_worst_word_speaks_for_all() -> None:
    words = [Verdict.AS_DECLARED, Verdict.MORE, Verdict.FEWER, Verdict.AS_DECLARED]
    outputs = github.report_outputs(report(*map(cell, words)))
    assert outputs["verdict"] == "fewer"
    assert json.loads(outputs["counts"]) == {"fewer": 1, "more": 1, "as declared": 2}


def test_every_word_has_its_place() -> None:
    words = {*Outcome, *Verdict} - {Outcome.MEASURED}
    assert set(github.WORST_FIRST) == words
    assert len(github.WORST_FIRST) == len(words)


def test_room_for_the_summary(tmp_path: Path) -> None:
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
