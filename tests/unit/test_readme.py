"""What the README shows of the catalog is what the catalog has."""

from __future__ import annotations

import pytest

from harness.measure.nothing import nothing_measured
from harness.plan import catalog
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.plan import Plan
from harness.records.words import Outcome
from tests.pages import matrix
from tests.samples.make import judge


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The default selection."""
    return make_plan(catalog.load(), Selection(python="3.11"))


def test_the_matrix_is_the_default_selection(plan: Plan) -> None:
    planned = [
        nothing_measured(each, Outcome.NOT_INSTALLED, "") for each in plan.environments
    ]
    assert matrix.shape_of_readme() == matrix.shape(judge(planned)), (
        "measure, and write it anew: python -m tests.pages.matrix RESULTS"
    )


def test_its_size_is_told(plan: Plan) -> None:
    cells = sum(len(each.cells) for each in plan.environments)
    readme = " ".join(matrix.README.read_text().split())
    assert f"measures {cells} cells" in readme
    assert f"in {len(plan.environments)} of them" in readme
