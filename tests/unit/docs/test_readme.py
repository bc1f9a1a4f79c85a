"""What the README shows of the catalog is what the catalog has."""

from __future__ import annotations

import pytest

from docs.make import action
from docs.make import matrix
from docs.make import readme
from harness.measure.nothing import nothing_measured
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.plan import Plan
from harness.records.words import Outcome
from tests.builders.catalogs import REAL
from tests.samples.make import judge


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The default selection."""
    return make_plan(REAL, Selection(python="3.11"))


def test_the_matrix_is_the_default_selection(plan: Plan) -> None:
    planned = [
        nothing_measured(each, Outcome.NOT_INSTALLED, "") for each in plan.environments
    ]
    assert matrix.shape_in_readme() == matrix.shape(judge(planned)), (
        "measure, and write it again: nox -s docs -- --matrix RESULTS"
    )


def test_its_size_is_told(plan: Plan) -> None:
    cells = sum(len(each.cells) for each in plan.environments)
    text = " ".join(readme.README.read_text().split())
    assert f"measures {cells} cells" in text
    assert f"in {len(plan.environments)} of them" in text


@pytest.mark.parametrize("name", ["inputs", "outputs"])
def test_the_tables_are_those_of_the_action(name: str) -> None:
    table = action.inputs() if name == "inputs" else action.outputs()
    assert readme.block(name) == table, "write it again: nox -s docs"
