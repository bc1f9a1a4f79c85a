"""The verb ``compare``, and ``--baseline`` and ``--expected`` of other verbs."""

import json
from pathlib import Path

import msgspec
import pytest

from harness.cli import main
from harness.records import files
from harness.records.changes import Changes
from harness.records.report import Report
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.results import write_evidence
from tests.builders.reports import EIGHT
from tests.builders.reports import even
from tests.builders.reports import EXPECTED_TOML
from tests.builders.reports import report
from tests.samples.cases import single
from tests.samples.make import evidence


def write(folder: Path, name: str, what: Report) -> str:
    """Write a report of a cell that always admitted ``number``; return its folder."""
    files.write(folder / name / REPORT, what)
    return str(folder / name)


@pytest.fixture
def old(tmp_path: Path) -> str:
    """The results of a run that admitted eight in every round."""
    return write(tmp_path, "old", report(EIGHT))


@pytest.fixture
def new(tmp_path: Path) -> str:
    """The results of a run that admitted four in every round."""
    return write(tmp_path, "new", report(even(4, 8)))


Capture = pytest.CaptureFixture[str]


def test_it_prints_what_changed(old: str, new: str, capsys: Capture) -> None:
    assert main(["compare", old, f"{new}/report.json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Since the run of 2026-01-01T00:00:00+00:00:",
        "fewer (FC401): flask-3.1.3/server-1/c0/py3.13: 8 before; now 4",
        "",
        "passed: 1 fewer",
    ]
    assert main(["compare", old, new, "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines() == lines


def test_fail_on_decides_the_exit_code(old: str, new: str, capsys: Capture) -> None:
    assert main(["compare", old, new, "--fail-on", "regression"]) == 1
    out, err = capsys.readouterr()
    assert "1 of 1 cell regressed; the first is flask-3.1.3" in err
    assert out.splitlines()[-1] == "failed: 1 of 1 cell regressed; 1 fewer"
    assert main(["compare", new, old, "--fail-on", "regression"]) == 0
    assert main(["compare", new, old, "--fail-on", "change"]) == 1
    assert main(["compare", old, old, "--fail-on", "change"]) == 0


def test_an_expected_change_passes(
    tmp_path: Path, old: str, new: str, capsys: Capture
) -> None:
    path = tmp_path / "expected.toml"
    path.write_text(EXPECTED_TOML)
    gate = ["--expected", str(path), "--fail-on", "change"]
    assert main(["compare", old, new, *gate]) == 0
    out = capsys.readouterr().out
    assert "1 fewer, 1 of these expected" in out
    assert "expected: flask-3.1.3/server-1/c0/py3.13: fewer, because The pool is" in out
    assert main(["compare", old, old, *gate]) == 1
    assert (
        "acknowledged, but nothing of the kind was found: " in capsys.readouterr().out
    )


def test_it_prints_json_and_markdown(old: str, new: str, capsys: Capture) -> None:
    assert main(["compare", old, new, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["cells"][0]["change"] == "fewer"
    assert main(["compare", old, new, "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("### Since the baseline\n")


def test_bad_files_have_an_exit_code(tmp_path: Path, old: str, capsys: Capture) -> None:
    cut = tmp_path / "cut.json"
    cut.write_bytes((Path(old) / "report.json").read_bytes()[:500])
    for arguments, code, words in (
        (["compare", old, str(cut)], 6, f"{cut}: is not whole: "),
        (["compare", str(tmp_path / "none"), old], 2, "No such file"),
        (["compare", old], 2, "Missing argument 'NEW'"),
        (["compare", old, old, "--expected", "none"], 2, "none: cannot be read"),
        (["report", "--baseline", str(cut)], 6, f"{cut}: is not whole: "),
        (["report", "--fail-on", "change"], 2, "needs a --baseline"),
    ):
        assert main(arguments) == code
        assert words in capsys.readouterr().err


# ------------------------------------------------------------------------ the report


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder with evidence of one cell."""
    folder = tmp_path / "results"
    for each in single():
        write_evidence(folder, evidence(each.environment, each.cells))
    return folder


def test_a_report_begins_with_the_changes(
    tmp_path: Path, results: Path, capsys: Capture
) -> None:
    assert main(["report", "--results", str(results)]) == 0
    found = files.read(results / "changes.json", Changes)
    assert found.baseline is None and not found.cells
    before = read_report(results)
    other = msgspec.structs.replace(before, cells=())
    write(tmp_path, "before", other)
    arguments = ["--baseline", str(tmp_path / "before"), "--results", str(results)]
    assert main(["report", *arguments, "--fail-on", "change"]) == 0
    assert "1 new" in capsys.readouterr().out
    assert (results / "report.md").read_text().startswith("### Since the baseline")
    (cell,) = files.read(results / "changes.json", Changes).cells
    assert cell.change == "new"


def test_a_missing_baseline_is_an_error_unless_it_is_optional(
    results: Path, capsys: Capture
) -> None:
    missing = ["report", "--results", str(results), "--baseline", "no such file"]
    assert main(missing) == 2
    assert not (results / "report.json").exists(), "read before anything is done"
    assert main([*missing, "--baseline-optional", "--fail-on", "regression"]) == 0
    assert "There is no baseline yet: no such file" in capsys.readouterr().out
