"""Evidence is collected from folders of results, jobs and artifacts."""

from pathlib import Path

import msgspec

from harness.environments.collect import collect
from harness.environments.collect import MISSING
from harness.measure.unmeasured import nothing_measured
from harness.records import files
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.results import PLAN
from harness.records.results import write_evidence
from harness.records.words import Outcome
from tests.builders.plans import plan


def died(planned: PlannedEnvironment) -> Evidence:
    """Evidence of an environment whose cells all died."""
    return nothing_measured(planned, Outcome.DIED, "it died")


def outcomes(found: list[Evidence]) -> dict[str, str]:
    """Return the reason of each cell."""
    return {cell.id: cell.reason for each in found for cell in each.cells}


def only(whole: Plan, number: int) -> Plan:
    """A plan with only one environment of another plan."""
    return Plan(environments=(whole.environments[number],))


def test_evidence_in_a_folder_of_results_is_collected(tmp_path: Path) -> None:
    whole = plan(2, 1)
    files.write(tmp_path / PLAN, whole)
    for planned in whole.environments:
        write_evidence(tmp_path, died(planned))
    found, faults = collect(tmp_path)
    assert not faults
    assert [str(each.environment) for each in found] == [
        str(environment.environment) for environment in whole.environments
    ]
    assert set(outcomes(found).values()) == {"it died"}


def test_results_in_subfolders_are_not_mixed_in(tmp_path: Path) -> None:
    files.write(tmp_path / PLAN, plan(1))
    write_evidence(tmp_path, died(plan(1).environments[0]))
    files.write(tmp_path / "other" / PLAN, plan(1, 1))
    assert len(outcomes(collect(tmp_path)[0])) == 1


def test_artifacts_of_several_jobs_are_merged(tmp_path: Path) -> None:
    whole = plan(2, 1, 3)
    files.write(tmp_path / "x-plan" / PLAN, whole)
    for number in (0, 2):
        folder = tmp_path / f"x-shard-{number}"
        files.write(folder / PLAN, whole)
        write_evidence(folder, died(whole.environments[number]))
        # Files of an earlier run in the same folder.
        write_evidence(folder / "previous", died(whole.environments[1]))
    found, faults = collect(tmp_path)
    assert not faults
    reasons = outcomes(found)
    assert [id_ for id_, reason in reasons.items() if reason == MISSING] == [
        whole.environments[1].cells[0].id
    ]
    assert len(reasons) == 6


def test_plans_of_jobs_are_merged(tmp_path: Path) -> None:
    whole = plan(2, 1)
    for number in (0, 1):
        files.write(tmp_path / str(number) / PLAN, only(whole, number))
    assert set(outcomes(collect(tmp_path)[0]).values()) == {MISSING}
    assert len(outcomes(collect(tmp_path)[0])) == 3


def test_planned_cells_without_evidence_are_missing(tmp_path: Path) -> None:
    whole = plan(3)
    evidence = died(whole.environments[0])
    files.write(tmp_path / PLAN, whole)
    half = msgspec.structs.replace(evidence, cells=evidence.cells[:1])
    write_evidence(tmp_path, half)
    found, _ = collect(tmp_path)
    assert list(outcomes(found).values()) == ["it died", MISSING, MISSING]


def test_a_bad_file_does_not_affect_others(tmp_path: Path) -> None:
    whole = plan(1, 1)
    files.write(tmp_path / PLAN, whole)
    write_evidence(tmp_path, died(whole.environments[0]))
    (tmp_path / "evidence" / "torn.json").write_text("{")
    found, faults = collect(tmp_path)
    assert len(faults) == 1 and "torn.json" in str(faults[0])
    assert sorted(outcomes(found).values()) == ["it died", MISSING]


def test_evidence_is_collected_without_a_plan(tmp_path: Path) -> None:
    write_evidence(tmp_path, died(plan(1).environments[0]))
    assert len(outcomes(collect(tmp_path)[0])) == 1
