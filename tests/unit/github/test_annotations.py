"""Annotations are one line each, and no more than GitHub shows."""

from pathlib import Path

import pytest

from harness.github.annotations import Annotation
from harness.github.annotations import cell_annotations
from harness.github.annotations import command
from harness.github.annotations import in_repository
from harness.github.annotations import roll_up
from harness.judge.gate import FORBIDDEN
from harness.records.choices import FailOn
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.reports import cell
from tests.builders.reports import report


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
    line = command(Annotation("error", f"t: {hostile}", hostile))
    assert len(line.splitlines()) == 1
    assert line.startswith("::error title=t%3A ")
    title, _, message = line[2:].partition("::")
    assert "::" not in title + message
    assert "##[" not in line
    # A runner decodes %XX last, so a decoded line end starts no new command.
    assert "\n" not in message.replace("%25", "")


def test_a_property_is_escaped() -> None:
    line = command(Annotation("notice", "a, b: 100%", "c, d: 100%"))
    assert line == "::notice title=a%2C b%3A 100%25::c, d: 100%25"


def test_an_annotation_stands_at_a_line_of_a_file() -> None:
    line = command(Annotation("error", "t", "m", "à b/c:d,e%.toml", 4))
    assert line == "::error file=à b/c%3Ad%2Ce%25.toml,line=4,title=t::m"
    whole = command(Annotation("error", "t", "m", "a.toml"))
    assert whole == "::error file=a.toml,title=t::m"
    nowhere = command(Annotation("error", "t", "m", "", 4))
    assert nowhere == "::error title=t::m"
    hostile = command(Annotation("error", "t", "m", "a\n::error::forged", 4))
    assert hostile == "::error title=t::m"


def test_a_file_is_named_from_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "mine" / "sub")
    file = str(tmp_path / "mine" / "sub" / "a.toml")
    runner = {"GITHUB_WORKSPACE": str(tmp_path / "mine")}
    assert in_repository(file, runner) == "sub/a.toml"
    assert in_repository(file, {}) == "a.toml"
    assert in_repository(str(tmp_path / "b.toml"), runner) == ""
    assert in_repository("", runner) == ""


def test_a_long_message_is_cut() -> None:
    line = command(Annotation("error", "t", "€" * 5_000))
    assert len(line.encode()) < 4_096


def test_too_many_are_rolled_up() -> None:
    remarks = [Annotation("error", f"e{n}", "m") for n in range(20)]
    remarks += [Annotation("notice", "n", "m")]
    rolled = roll_up(remarks)
    assert [remark.title for remark in rolled] == [
        *(f"e{n}" for n in range(7)),
        "and 13 more",
        "n",
    ]
    assert "e7; e8" in rolled[7].message and "e19" in rolled[7].message


def test_only_what_fails_the_run_is_an_error() -> None:
    found = report(
        cell(Verdict.AS_DECLARED, 0),
        cell(Verdict.FEWER, 1),
        cell(Outcome.DIED, 2),
        cell(Outcome.HARNESS_FAILED, 3),
        cell(Verdict.UNKNOWN, 4),
        cell(Outcome.NOT_SUPPORTED, 5),
    )

    def levels(fail_on: FailOn) -> dict[str, str]:
        remarks = cell_annotations(found, FORBIDDEN[fail_on])
        return {remark.title.partition(" (FC")[0]: remark.level for remark in remarks}

    assert levels(FailOn.NEVER) == {
        "harness failed": "warning",
        "died": "warning",
        "fewer": "warning",
        "unknown": "notice",
    }
    assert levels(FailOn.HARNESS)["harness failed"] == "error"
    assert levels(FailOn.HARNESS)["fewer"] == "warning"
    assert set(levels(FailOn.FEWER).values()) == {"error", "notice"}
