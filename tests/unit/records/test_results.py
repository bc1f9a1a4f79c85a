"""A run writes a folder of results; a bad file in it does not affect the others."""

from pathlib import Path

import msgspec
import pytest

from harness.records import files
from harness.records.errors import UsageError
from harness.records.results import begin
from harness.records.results import newest_cells
from harness.records.results import PLAN
from harness.records.results import read_evidence
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.results import write_evidence
from harness.records.words import Outcome
from tests.builders.plans import plan_of
from tests.samples.cases import story
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")
ONE = evidence(WHERE, [cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))])


def test_an_empty_folder_has_no_evidence(tmp_path: Path) -> None:
    assert read_evidence(tmp_path) == ([], [])


def test_a_half_written_file_is_ignored(tmp_path: Path) -> None:
    write_evidence(tmp_path, ONE)
    (tmp_path / "evidence" / ".x.json.1.part").write_text("{")
    assert read_evidence(tmp_path) == ([ONE], [])


def test_evidence_of_another_probe_is_read(tmp_path: Path) -> None:
    other = msgspec.structs.replace(ONE, probe=99)
    write_evidence(tmp_path, other)
    assert read_evidence(tmp_path) == ([other], [])


def test_evidence_is_in_the_order_of_the_plan(tmp_path: Path) -> None:
    several = story()
    begin(tmp_path, plan_of(*several))
    for each in reversed(several):
        write_evidence(tmp_path, each)
    assert read_evidence(tmp_path)[0] == several
    (tmp_path / PLAN).unlink()
    by_name = sorted(several, key=lambda each: each.environment.slug)
    assert read_evidence(tmp_path)[0] == by_name


def test_the_newer_of_two_measurements_counts() -> None:
    older = evidence(
        WHERE,
        [cell(WHERE, "default", 1), cell(WHERE, "sync-4", 4)],
        measured_at="2026-11-20T23:59:59+00:00",
    )
    gone = unmeasured(WHERE, "sync-4", Outcome.DIED, "it died")
    newer = evidence(WHERE, [gone], measured_at="2026-11-21T00:00:00+00:00")
    for order in ([older, newer], [newer, older]):
        cells = [c for newest_cell in newest_cells(order) for c in newest_cell.cells]
        assert {c.configuration: c.outcome for c in cells} == {
            "default": Outcome.MEASURED,
            "sync-4": Outcome.DIED,
        }


def test_evidence_whose_cells_were_all_measured_again_is_dropped() -> None:
    newer = msgspec.structs.replace(ONE, measured_at="2027-01-01T00:00:00+00:00")
    assert newest_cells([ONE, newer]) == [newer]


def test_each_cell_keeps_the_control_of_its_measurement() -> None:
    other = cell(WHERE, "default", 1, rounds(1, (1, 1)))
    uncontrolled = evidence(WHERE, [other], control=None)
    cells = judge(newest_cells([ONE, uncontrolled])).cells
    assert [each.outcome for each in cells] == [
        Outcome.MEASURED,
        Outcome.HARNESS_FAILED,
    ]


def test_only_the_previous_run_is_kept(tmp_path: Path) -> None:
    begin(tmp_path, plan_of(ONE))
    write_evidence(tmp_path, ONE)
    files.write(tmp_path / REPORT, judge([ONE]))
    begin(tmp_path, plan_of())
    assert read_evidence(tmp_path) == ([], [])
    assert not (tmp_path / REPORT).exists()
    previous = tmp_path / "previous"
    assert read_evidence(previous) == ([ONE], [])
    assert read_report(previous / REPORT) == judge([ONE])
    begin(tmp_path, plan_of())
    assert read_evidence(previous) == ([], [])


def test_files_of_others_are_not_touched(tmp_path: Path) -> None:
    mine = tmp_path / "evidence" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    begin(tmp_path, plan_of())
    begin(tmp_path, plan_of())
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["report.md", "plan.json", "evidence/one.json", "previous/report.html"]
)
def test_a_foreign_file_is_neither_moved_nor_removed(name: str, tmp_path: Path) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text('{"mine": 1}')
    for _ in range(2):
        with pytest.raises(UsageError) as caught:
            begin(tmp_path, plan_of())
        assert str(caught.value).startswith(f"{mine}: is there already, and no run ")
    assert mine.read_text() == '{"mine": 1}'


def test_files_of_the_run_before_are_removed_by_name(tmp_path: Path) -> None:
    begin(tmp_path, plan_of())
    mine = tmp_path / "previous" / "notes.txt"
    mine.parent.mkdir()
    mine.touch()
    begin(tmp_path, plan_of())
    begin(tmp_path, plan_of())
    assert mine.exists()


def test_results_without_a_marker_are_moved_too(tmp_path: Path) -> None:
    write_evidence(tmp_path, ONE)
    (tmp_path / "report.md").touch()
    begin(tmp_path, plan_of())
    assert read_evidence(tmp_path / "previous") == ([ONE], [])


def test_a_file_in_place_of_the_folder_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--results"):
        begin(tmp_path / "file", plan_of())


def test_only_a_new_folder_gets_a_gitignore(
    tmp_path: Path,
) -> None:
    begin(tmp_path / "new", plan_of())
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "app.py").touch()
    begin(tmp_path / "mine", plan_of())
    assert not (tmp_path / "mine" / ".gitignore").exists()
