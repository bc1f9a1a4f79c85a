"""The default selection gives the same verdicts as the shipped data."""

import json
from pathlib import Path

from harness.judge.judge import judge
from harness.records.report import CellReport
from harness.records.results import read_evidence
from harness.records.words import Basis
from harness.records.words import Outcome
from tests.live.sessions import probe

SHIPPED = Path(__file__).parents[3] / "data" / "results"


def words(cell: CellReport) -> tuple[object, ...]:
    """Return the words that must not differ from one run to the next."""
    floor = cell.floor if cell.floor_by is Basis.GUARANTEED else None
    return cell.verdict, cell.ceiling, floor


def test_each_cell_has_the_verdict_of_the_shipped_data(tmp_path: Path) -> None:
    done = probe(tmp_path / "results")
    assert done.returncode == 0, done.stderr
    evidence, faults = read_evidence(tmp_path / "results")
    assert not faults
    report = judge(evidence, lambda *_: "")
    ids = {cell.id for cell in report.cells}
    shipped, faults = read_evidence(SHIPPED)
    assert not faults
    # Judging all shipped data takes seconds.
    same = [run for run in shipped if any(cell.id in ids for cell in run.cells)]
    known = {cell.id: words(cell) for cell in judge(same, lambda *_: "").cells}
    measured = [cell for cell in report.cells if cell.outcome is Outcome.MEASURED]
    assert measured
    differ = {
        cell.id: (words(cell), known[cell.id], cell.reason)
        for cell in measured
        if words(cell) != known[cell.id]
    }
    assert not differ, json.dumps(differ, indent=2)
