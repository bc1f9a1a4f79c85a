"""Findings in one line each."""

import msgspec

from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import plain
from harness.report.sections import findings_in_short
from tests.builders.rendered import sample
from tests.builders.reports import cell
from tests.builders.reports import EIGHT


def lines(cells: list[CellReport]) -> list[str]:
    """Return the lines about some cells."""
    return plain.write([findings_in_short.section(cells)]).splitlines()


def many(count: int, reason: str) -> list[CellReport]:
    """Cells that could not be installed, of two servers and six releases of Flask."""
    return [
        msgspec.structs.replace(
            cell(Outcome.NOT_INSTALLED, number, reason),
            flask=f"3.{number % 6}",
            server=("one", "two")[number % 2],
        )
        for number in range(count)
    ]


def test_a_common_reason_is_one_line() -> None:
    assert lines(many(105, "the index has no gunicorn==99")) == [
        "not installed (FC101): 105 cells of one 1 and two 1 on Flask 3.0 to 3.5: the "
        "index has no gunicorn==99"
    ]


def test_too_many_reasons_are_counted() -> None:
    cells = [each for n in range(20) for each in many(1, f"why {n}")]
    found = lines(cells)
    assert len(found) == findings_in_short.MOST_LINES + 1
    assert found[-1] == "not installed (FC101): and 12 more, in the report"


def test_a_finding_with_a_number_needs_no_reason() -> None:
    assert lines(list(sample("story").cells)) == [
        "uneven (FC001): gunicorn 27.0.1 gthread-2x4 on Flask 0.12.5 to 3.1.3: 4–8 of "
        "8",
        "uneven (FC001): gunicorn 27.0.1 gthread-4x2 on Flask 3.1.3: 2–8 of 8",
    ]


def test_as_declared_is_not_a_finding() -> None:
    assert lines([EIGHT]) == []


def test_a_few_cells_are_explained_in_full() -> None:
    uneven = msgspec.structs.replace(
        cell(Verdict.UNEVEN),
        reason="declares 1; it varies; because a worker takes too much; add `--x 1`",
        because="a worker takes too much",
        remedy="add `--x 1`",
        reproduce="again",
    )
    assert plain.write([findings_in_short.in_full([uneven, EIGHT])]).splitlines() == [
        "uneven (FC001): c0: it varies",
        "uneven (FC001): why: a worker takes too much",
        "uneven (FC001): what to do: add --x 1",
        "  again: again",
    ]


def test_a_declaration_below_the_promise_is_a_finding() -> None:
    deployment = CheckedDeployment(
        name=EIGHT.configuration,
        exit_code=1,
        reason="at-least: 9 required, but 8 were in the app at once; have more",
        remedy="have more",
        file="",
        line=0,
    )
    found = plain.write([findings_in_short.in_full([EIGHT], [deployment])]).splitlines()
    assert found[:2] == [
        "below at-least (FC201): c0: 9 required, but 8 were in the app at once",
        "below at-least (FC201): what to do: have more",
    ]


def test_a_broken_promise_about_a_tape_has_its_own_id() -> None:
    deployment = CheckedDeployment(
        name=EIGHT.configuration,
        exit_code=1,
        reason="on-term: On SIGTERM: not all requests in the app finish",
        file="",
        line=0,
    )
    found = plain.write([findings_in_short.in_full([EIGHT], [deployment])]).splitlines()
    assert found[0] == (
        "lost on SIGTERM (FC203): c0: On SIGTERM: not all requests in the app finish"
    )
