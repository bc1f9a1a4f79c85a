"""Which runs pass, and with which error the others fail."""

import pytest

from harness.deployment.result import deployment_result
from harness.github.annotations import change_annotations
from harness.judge.compare import ALTERED
from harness.judge.compare import compare
from harness.judge.compare import REGRESSIONS
from harness.judge.gate import relax
from harness.records.choices import FailOn
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders import reports
from tests.builders.deployments import cell as measured
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import FAILED
from tests.builders.deployments import FEWER
from tests.builders.deployments import UNEVEN
from tests.builders.gate import gate
from tests.builders.reports import cell
from tests.builders.reports import report

RUN = report(measured())


@pytest.mark.parametrize(
    ("word", "passes"),
    [
        (Verdict.AS_DECLARED, "never harness regression change fewer uneven"),
        (Verdict.MORE, "never harness regression change fewer uneven"),
        (Verdict.UNKNOWN, "never harness regression change fewer uneven"),
        (Outcome.NOT_SUPPORTED, "never harness regression change fewer uneven"),
        (Verdict.UNEVEN, "never harness regression change fewer"),
        (Verdict.FEWER, "never harness regression change"),
        (Outcome.NOT_INSTALLED, "never harness regression change"),
        (Outcome.NOT_STARTED, "never harness regression change"),
        (Outcome.NOT_ANSWERING, "never harness regression change"),
        (Outcome.DIED, "never harness regression change"),
        (Outcome.HARNESS_FAILED, "never"),
    ],
)
def test_each_gate_passes_what_it_names(word: Outcome | Verdict, passes: str) -> None:
    found = report(cell(Verdict.AS_DECLARED), cell(word, 1))
    for fail_on in FailOn:
        if fail_on in passes.split():
            gate(found, fail_on)
        else:
            error = HarnessFailed if word is Outcome.HARNESS_FAILED else GateFailed
            with pytest.raises(error):
                gate(found, fail_on)


def test_nothing_measured_fails_every_gate_but_never() -> None:
    found = report(cell(Outcome.NOT_SUPPORTED))
    gate(found, FailOn.NEVER)
    with pytest.raises(NothingMeasured):
        gate(found, FailOn.HARNESS)


def test_the_reason_counts_the_findings() -> None:
    with pytest.raises(GateFailed, match="matches 2 of 3 cells: 1 fewer, 1 died; "):
        gate(
            report(cell(Verdict.FEWER), cell(Outcome.DIED, 1), cell(Verdict.MORE, 2)),
            FailOn.FEWER,
        )


# --------------------------------------------------------------------------- changes


def test_a_worse_cell_fails_the_gate() -> None:
    died, eight = report(reports.DIED), report(reports.EIGHT)
    gate(RUN, FailOn.REGRESSION, compare(died, eight))
    worse = compare(eight, died)
    with pytest.raises(GateFailed, match="1 of 1 cell regressed; .*: 8 before; now d"):
        gate(RUN, FailOn.REGRESSION, worse)
    assert [remark.level for remark in change_annotations(worse, REGRESSIONS)] == [
        "error"
    ]
    assert [remark.level for remark in change_annotations(worse, ())] == ["warning"]


def test_a_gate_can_fail_on_any_change() -> None:
    died, eight = report(reports.DIED), report(reports.EIGHT)
    better = compare(died, eight)
    with pytest.raises(GateFailed, match="1 of 1 cell changed"):
        gate(RUN, FailOn.CHANGE, better)
    assert [remark.level for remark in change_annotations(better, ALTERED)] == ["error"]
    gate(RUN, FailOn.CHANGE, compare(report(), eight))


# ----------------------------------------------------------------------- deployments


def test_the_gravest_fault_decides() -> None:
    seen = [
        deployment_result(deployment(), each, None, "concurrency.toml")
        for each in (UNEVEN, measured(), DIED, FAILED)
    ]
    for count, kind, code in ((4, HarnessFailed, 4), (3, CouldNotStart, 5)):
        with pytest.raises(kind) as caught:
            gate(RUN, None, deployments=seen[:count])
        assert caught.value.exit_code == code
        assert str(caught.value).startswith("concurrency.toml: deployment mine: ")
    gate(RUN, None, deployments=seen[1:2])


UNKNOWN = measured(verdict=Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("seen", "at_least", "fails"),
    [
        (measured(), None, ""),
        (measured(verdict=Verdict.MORE), None, ""),
        (measured(), 9, "default fewer uneven"),
        (FEWER, None, "default fewer uneven"),
        (UNEVEN, None, "default uneven"),
        (UNEVEN, 2, "uneven"),
        (UNEVEN, 3, "default fewer uneven"),
        (UNKNOWN, None, "default uneven"),
        (DIED, None, "default fewer uneven"),
        (FAILED, None, "default harness fewer uneven"),
    ],
)
def test_each_gate_passes_deployments_that_it_allows(
    seen: CellReport, at_least: int | None, fails: str
) -> None:
    results = [
        deployment_result(deployment(at_least), seen, None),
        deployment_result(deployment(), measured(), None),
    ]
    for word in ("default", "never", "harness", "fewer", "uneven"):
        fail_on = None if word == "default" else FailOn(word)
        found = relax(results, fail_on)
        assert bool(found[0].fault) == (word in fails.split()), word
        assert found[1].fault is None
        told = bool(results[0].reason) or word in fails.split()
        assert bool(found[0].reason) == told, "it is told even where it is let through"


def test_an_unmeasured_deployment_fails_every_gate_but_never() -> None:
    for fail_on in (*FailOn, None):
        found = relax([deployment_result(deployment(), DIED, None)], fail_on)
        fault = None if fail_on is FailOn.NEVER else CouldNotStart
        assert found[0].fault is fault


def test_a_fault_without_a_file_is_named_by_its_key() -> None:
    with pytest.raises(GateFailed, match="^at-least: 9 required"):
        gate(
            RUN, None, deployments=[deployment_result(deployment(9), measured(), None)]
        )


def test_faults_of_the_same_kind_are_counted() -> None:
    with pytest.raises(GateFailed, match=r"deployment mine \(and 1 more\): uneven"):
        gate(
            RUN,
            None,
            deployments=[deployment_result(deployment(), UNEVEN, None, "c.toml")] * 2,
        )


def test_a_run_passes_when_something_was_measured() -> None:
    gate(report(measured(), cell(Outcome.NOT_INSTALLED, 1)), FailOn.HARNESS)
    with pytest.raises(NothingMeasured, match="no cell could be measured"):
        gate(report(cell(Outcome.NOT_INSTALLED)), FailOn.HARNESS)
