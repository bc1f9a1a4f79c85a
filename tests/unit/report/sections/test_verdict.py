"""The one line that is printed last."""

import msgspec
import pytest

from harness.records.choices import FailOn
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import Interrupted
from harness.records.errors import NothingMeasured
from harness.records.errors import Unreadable
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import plain
from harness.report.document import Section
from harness.report.sections import verdict
from tests.builders.gate import gate
from tests.builders.rendered import drawn
from tests.builders.rendered import sample
from tests.builders.reports import cell
from tests.builders.reports import EIGHT
from tests.builders.reports import even
from tests.builders.reports import report

UNEVEN = sample("single").cells[0]
RANGE = sample("story").cells[-13]


def line(section: Section) -> str:
    """Return the verdict; a terminal adds its symbol, and nothing else."""
    (text,) = plain.write([section]).splitlines()
    symbol, _, shown = drawn([section], 200).strip().partition(" ")
    assert (shown, len(symbol)) == (text, 1)
    return text


def test_the_verdict_counts_the_cells_of_a_run() -> None:
    cells = [cell(Verdict.AS_DECLARED, 1), cell(Verdict.AS_DECLARED, 2)]
    run = report(*cells, cell(Verdict.FEWER, 3))
    assert line(verdict.of_run(run, None)) == (
        "passed: 2 as declared, 1 fewer, of 3 cells"
    )
    assert line(verdict.of_run(report(*cells), None, seconds=97.5)) == (
        "passed: 2 cells, all as declared, in 98 s"
    )


def test_a_failed_run_names_the_reason() -> None:
    run = report(cell(Verdict.AS_DECLARED, 1), cell(Verdict.FEWER, 2))
    with pytest.raises(GateFailed) as caught:
        gate(run, FailOn.FEWER)
    text = line(verdict.of_run(run, caught.value))
    assert text == "failed: --fail-on fewer matches 1 of 2 cells: 1 fewer"


@pytest.mark.parametrize(
    ("fault", "begins"),
    [
        (NothingMeasured("x"), "nothing was measured: 1 cell, died"),
        (HarnessFailed("x"), "the harness failed: 1 cell, died"),
        (Unreadable("x"), "failed: not all evidence could be read; 1 cell, died"),
    ],
)
def test_other_faults_have_their_own_words(fault: HarnessError, begins: str) -> None:
    assert line(verdict.of_run(report(cell(Outcome.DIED)), fault)) == begins


def test_an_interrupted_run_counts_missing_cells() -> None:
    assert line(verdict.of_run(report(cell(Outcome.DIED)), None, 2)) == (
        "interrupted: 2 of 3 cells were not measured; 1 died"
    )
    assert "1 of 2 cells was not" in line(verdict.of_run(report(EIGHT), None, 1))


def test_evidence_without_cells_measured_nothing() -> None:
    nothing = "nothing was measured: the evidence has no cells"
    assert line(verdict.of_run(report(), NothingMeasured("x"))) == nothing
    assert line(verdict.of_run(report(), None, 2)) == (
        "interrupted: 2 of 2 cells were not measured"
    )


# ---------------------------------------------------------------------------- checks


def checked(*cells: CellReport, code: int, **other: object) -> str:
    """Return the verdict on a check of deployments, of which the first has a fault."""
    named = [
        msgspec.structs.replace(each, configuration=f"app-{n}")
        for n, each in enumerate(cells)
    ]
    deployments = [
        CheckedDeployment(name=c.configuration, exit_code=0, reason="", file="", line=0)
        for c in named
    ]
    why = {"exit_code": code, "reason": "why"} if code else {}
    deployments[0] = msgspec.structs.replace(deployments[0], **(why | other))
    result = CheckResult(exit_code=code, reason="", deployments=tuple(deployments))
    return line(verdict.of_check(report(*named), result))


def test_the_verdict_has_the_number_of_a_deployment() -> None:
    assert checked(EIGHT, code=0) == "passed: app-0 handles 8 at once, as declared"
    assert checked(RANGE, code=1) == (
        f"failed: app-0 handles {RANGE.floor}–8 of 8 at once, uneven"
    )
    assert checked(UNEVEN, code=1) == "failed: app-0 handles 8 (seen 2) at once, uneven"
    assert checked(even(4, 8), code=1) == "failed: app-0 handles 4 of 8 at once, fewer"
    below = {"reason": "at-least: 9", "at_least": 9}
    assert checked(EIGHT, code=1, **below) == (
        "failed: app-0 handles 8 at once, fewer than the required 9"
    )


def test_a_broken_promise_follows_the_number() -> None:
    assert checked(EIGHT, code=1, reason="on-term: On SIGTERM: not all") == (
        "failed: app-0 handles 8 at once, as declared, but requests in the app are "
        "lost on SIGTERM"
    )
    assert "fewer slots than never-below" in checked(
        EIGHT, code=1, reason="never-below: 3 required, but there were 0 at the least"
    )


def test_the_path_that_an_app_was_found_below_is_reported() -> None:
    said = checked(EIGHT, code=0, found_below="/shop")
    assert said.endswith("as declared; its app was found below /shop")


def test_a_deployment_without_a_number_has_its_outcome() -> None:
    died = cell(Outcome.DIED)
    assert checked(died, code=5) == "could not be measured: app-0 died"
    assert checked(cell(Verdict.UNKNOWN), code=3).startswith("unknown: app-0 ")
    assert checked(died, code=4).startswith("the harness failed: ")


def test_the_verdict_names_several_deployments() -> None:
    assert checked(EIGHT, EIGHT, code=0) == (
        "passed: 2 deployments: app-0 handles 8 at once, as declared; app-1 handles "
        "8 at once, as declared"
    )
    assert checked(even(4, 8), EIGHT, code=1) == (
        "failed: 1 of 2 deployments: app-0 handles 4 of 8 at once, fewer"
    )
    assert checked(*[EIGHT] * 9, code=0).endswith("; 5 more")


def test_different_failures_are_counted() -> None:
    uneven = msgspec.structs.replace(RANGE, configuration="a")
    died = msgspec.structs.replace(cell(Outcome.DIED), configuration="b")
    deployments = tuple(
        CheckedDeployment(name=name, exit_code=code, reason="why", file="", line=0)
        for name, code in (("a", 1), ("b", 5))
    )
    result = CheckResult(exit_code=5, reason="why", deployments=deployments)
    assert line(verdict.of_check(report(uneven, died), result)) == (
        f"failed: 2 of 2 deployments: a handles {RANGE.floor}–8 of 8 at once, uneven; "
        "b died"
    )


def test_an_interrupted_check_counts_missing_deployments() -> None:
    ended = Interrupted("interrupted; 1 of 3", brief="1 of 3 deployments")
    result = CheckResult(exit_code=130, reason="", deployments=())
    assert line(verdict.of_check(report(), result, ended)) == (
        "interrupted: 1 of 3 deployments"
    )


# ---------------------------------------------------------------------------- others


def test_the_verdict_of_a_comparison_counts_the_changes() -> None:
    fault = GateFailed("it is long", brief="2 of 3 cells regressed")
    assert line(verdict.of_changes("3 same", None)) == "passed: 3 same"
    assert line(verdict.of_changes("1 same, 2 fewer", fault)) == (
        "failed: 2 of 3 cells regressed; 1 same, 2 fewer"
    )


def test_a_timeline_without_lines_says_so() -> None:
    timeline = Timeline(made_at="", lines=())
    assert line(verdict.of_timeline(timeline)) == (
        "done: no change, 0 configurations, 0 releases"
    )
