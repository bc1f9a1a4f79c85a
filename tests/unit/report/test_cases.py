"""Formats for other programs: JUnit XML, SARIF, and lines of JSON."""

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from harness.cli import main
from harness.cli import run
from harness.cli.rule_pages import meanings
from harness.github.annotations import deployment_annotations
from harness.judge.gate import FORBIDDEN
from harness.records.choices import FailOn
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.rules import RULES
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import junit
from harness.report import plain
from harness.report import sarif
from harness.report.cases import Case
from harness.report.cases import of_check
from harness.report.cases import of_report
from harness.report.sections import remarks
from tests import published
from tests.builders.reports import cell
from tests.builders.reports import report

NOW = "2026-01-01T00:00:00+00:00"

NASTY = Case(
    "g",
    "a<b>\x1b[2J",
    "uneven",
    "FC001",
    'it\n]]> & "so"',
    True,
    file="x y.toml",
    line=3,
)


PUBLISHED = Path(published.__file__).parent


@functools.cache
def of_junit() -> etree.XMLSchema:
    return etree.XMLSchema(file=PUBLISHED / "junit-10.xsd")


@functools.cache
def of_sarif() -> jsonschema.Draft4Validator:
    schema = json.loads((PUBLISHED / "sarif-2.1.0-rtm.5.json").read_text())
    return jsonschema.Draft4Validator(schema)


def suite(cases: list[Case]) -> etree._Element:
    """Return the JUnit XML, validated with the schema of Jenkins."""
    root = etree.fromstring(junit.write(cases, NOW).encode())
    of_junit().assertValid(root)
    found = root.find("testsuite")
    assert root.tag == "testsuites" and found is not None
    return found


def results(cases: list[Case]) -> list[dict[str, Any]]:
    """Return the SARIF results, validated with the schema of SARIF."""
    log = json.loads(sarif.write(cases, meanings(), "/repo"))
    of_sarif().validate(log)
    (one,) = log["runs"]
    rules = [each["id"] for each in one["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0" and rules == list(RULES)
    for each in one["results"]:
        assert rules[each["ruleIndex"]] == each["ruleId"]
    found: list[dict[str, Any]] = one["results"]
    return found


def test_each_cell_of_a_run_is_a_case() -> None:
    measured = report(
        cell(Verdict.AS_DECLARED, 0),
        cell(Verdict.UNEVEN, 1),
        cell(Outcome.NOT_SUPPORTED, 2),
        cell(Outcome.DIED, 3),
    )
    cases = of_report(measured, FORBIDDEN[FailOn.FEWER])
    assert [case.code for case in cases] == ["", "FC001", "FC106", "FC104"]
    assert [case.fails for case in cases] == [False, False, False, True]
    found = suite(cases)
    counts = {name: found.get(name) for name in ("tests", "failures", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "skipped": "1"}
    assert [each[0].tag if len(each) else "" for each in found.iter("testcase")] == [
        *("", "", "skipped", "failure")
    ]
    assert [(result["ruleId"], result["level"]) for result in results(cases)] == [
        *(("FC001", "warning"), ("FC106", "note"), ("FC104", "error"))
    ]


def test_a_deployment_below_its_promise_has_a_rule_and_a_line() -> None:
    one = CheckedDeployment(
        name="c0", exit_code=1, reason="at-least: 8", file="/repo/a b.toml", line=7
    )
    measured = report(cell(Verdict.UNEVEN, 0))
    result = CheckResult(exit_code=1, reason="", deployments=(one,))
    (found,) = results(of_check(measured, result))
    place = found["locations"][0]["physicalLocation"]
    assert (found["ruleId"], found["level"]) == ("FC201", "error")
    assert place["artifactLocation"]["uri"] == "a%20b.toml"
    assert place["region"]["startLine"] == 7


def test_the_schemas_reject_wrong_files() -> None:
    with pytest.raises(jsonschema.ValidationError):
        of_sarif().validate({"version": "2.1.0", "runs": [{}]})
    with pytest.raises(etree.DocumentInvalid):
        of_junit().assertValid(etree.fromstring("<testsuites><case/></testsuites>"))


def test_a_file_outside_of_the_repository_has_an_absolute_uri() -> None:
    elsewhere = Case("g", "n", "uneven", "FC001", "m", file="/other/a b.toml")
    beside = elsewhere._replace(file="/repository/a.toml")
    for case, uri in (
        (elsewhere, "file:///other/a%20b.toml"),
        (beside, "file:///repository/a.toml"),
        (elsewhere._replace(file="a b.toml"), "a%20b.toml"),
    ):
        (found,) = results([case])
        place = found["locations"][0]["physicalLocation"]
        assert place == {"artifactLocation": {"uri": uri}}
    (found,) = results([elsewhere._replace(file="")])
    assert "locations" not in found, "an empty one is not valid"


def test_foreign_text_is_escaped() -> None:
    (case,) = suite([NASTY]).iter("testcase")
    assert case.get("name") == "a<b>"
    (failure,) = case
    assert failure.text == 'x y.toml:3: it ]]> & "so"'
    (result,) = results([NASTY])
    assert "\x1b" not in result["message"]["text"]


@pytest.mark.parametrize("format", ["json", "jsonl", "sarif", "junit", "markdown"])
def test_nothing_but_the_format_is_printed(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Procfile").write_text("web: gunicorn -w 2 a:a\n")
    (tmp_path / "Dockerfile").write_text("CMD gunicorn a:a\n")
    assert run(["declares", str(tmp_path), "--output-format", format]) == 0
    out = capsys.readouterr().out
    match format:
        case "json":
            assert len(json.loads(out)["places"]) == 2
        case "jsonl":
            assert [json.loads(line)["declared"] for line in out.splitlines()] == [1, 2]
        case "sarif":
            assert len(json.loads(out)["runs"][0]["results"]) == 2
        case "junit":
            assert len(list(etree.fromstring(out.encode()).iter("testcase"))) == 2
        case "markdown":
            assert out.startswith("#") and "| Procfile:1 (web) | 2 |" in out


def test_annotations_have_the_lines_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "Procfile").write_text("x: y\nweb: gunicorn -w 2 a:a\n")
    (tmp_path / "a" / "Dockerfile").write_text("CMD gunicorn a:a\n")
    words = ["declares", "a", "--output-format", "github"]
    assert main([*words, "--fail-on", "contradiction"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("::error file=a/Procfile,line=2,title=contradiction (FC")


def test_a_remark_on_a_deployment_is_a_case_on_its_own_line() -> None:
    remark = Remark(
        word=Other.PLATFORM_MORE,
        reason="it sends 10",
        remedy="send 8",
        file="/repo/service.yaml",
        line=9,
    )
    one = CheckedDeployment(
        name="c0", exit_code=0, reason="", file="", line=0, remarks=(remark,)
    )
    measured = report(cell(Verdict.AS_DECLARED, 0))
    result = CheckResult(exit_code=0, reason="", deployments=(one,))
    cases = of_check(measured, result)
    (found,) = results(cases)
    assert (found["ruleId"], found["level"]) == ("FC303", "warning")
    place = found["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == 9
    (annotation,) = deployment_annotations(measured, result, {})
    assert annotation.title == "c0: platform sends more (FC303)"
    assert (annotation.level, annotation.message) == ("warning", "it sends 10; send 8")
    text = plain.write([remarks.section(result)])
    assert "platform sends more (FC303): c0: it sends 10" in text
