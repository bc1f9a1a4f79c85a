"""Files of earlier releases can still be read. They are never rewritten."""

import json
from pathlib import Path

import pytest

from harness.judge.compare import compare
from harness.records import files
from harness.records.changes import Change
from harness.records.errors import Unreadable
from harness.records.evidence import Evidence
from harness.records.results import read_report
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.samples.make import judge

FROZEN = Path(__file__).parents[1] / "frozen"
SCHEMAS = sorted(FROZEN.iterdir())


@pytest.mark.parametrize("folder", SCHEMAS, ids=lambda path: path.name)
def test_a_report_loads_and_equals_itself(folder: Path) -> None:
    report = read_report(folder)
    assert {cell.id: (cell.ceiling, cell.verdict) for cell in report.cells} == {
        "flask-0.12.5/werkzeug-0.16.1/run/py3.11": (1, Verdict.AS_DECLARED),
        "flask-3.1.3/werkzeug-3.1.9/run/py3.11": (500, Verdict.AS_DECLARED),
        "flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11": (8, Verdict.UNEVEN),
    }
    assert {cell.change for cell in compare(report, report).cells} == {Change.SAME}


@pytest.mark.parametrize("folder", SCHEMAS, ids=lambda path: path.name)
def test_evidence_loads_and_is_judged(folder: Path) -> None:
    evidence = files.read(folder / "evidence.json", Evidence)
    (cell,) = judge([evidence]).cells
    assert (cell.outcome, cell.ceiling) == (Outcome.MEASURED, 8)
    assert evidence.installed["gunicorn"] == "27.0.1"


def test_an_older_file_is_upgraded_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a later change of the shape will need: each of two steps is applied."""
    written = json.loads((FROZEN / "schema-1" / "report.json").read_text())
    written["tried"] = written.pop("limit")
    path = tmp_path / "report.json"
    path.write_text(json.dumps(written))
    monkeypatch.setattr(files, "SCHEMA", 3)
    monkeypatch.setattr(files, "OLDER", {})
    with pytest.raises(Unreadable, match="has schema 1, and only 3 can be read"):
        read_report(path)
    files.OLDER[1] = lambda file: {
        "most" if key == "tried" else key: value for key, value in file.items()
    }
    files.OLDER[2] = lambda file: {
        "limit" if key == "most" else key: value for key, value in file.items()
    }
    report = read_report(path)
    assert (report.schema, report.limit) == (3, 64)


CUT = (FROZEN / "schema-1" / "report.json").read_bytes()[:5_000]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CUT, "is not whole"),
        (b"", "is not whole"),
        (b"<!doctype html>", "is not whole"),
        (b'{"schema": 1}', "is not a file of this project: .*`measured_at`"),
        (b'{"name": "x"}', "is not a file of this project"),
        (b'{"schema": 99}', "has schema 99"),
    ],
)
def test_a_file_that_is_not_a_report_has_its_own_exit_code(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=f"^{path}: {words}") as caught:
        read_report(path)
    assert caught.value.exit_code == 6
    assert "\n" not in str(caught.value)
