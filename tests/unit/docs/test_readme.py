"""The README shows what the catalog has."""

import re

import pytest

from docs.make import matrix
from docs.make.blocks import README
from docs.make.blocks import ROOT
from harness.measure.unmeasured import nothing_measured
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
        nothing_measured(environment, Outcome.NOT_INSTALLED, "")
        for environment in plan.environments
    ]
    assert matrix.shape_in_readme() == matrix.shape(judge(planned)), (
        "measure, and write it again: nox -s docs -- --matrix RESULTS"
    )


def test_its_size_is_stated(plan: Plan) -> None:
    cells = sum(len(environment.cells) for environment in plan.environments)
    text = " ".join(README.read_text().split())
    assert f"measures {cells} cells" in text
    assert f"in {len(plan.environments)} separate environments" in text


def test_the_readme_is_short() -> None:
    """Folded parts do not count: a newcomer sees the rest first."""
    text = README.read_text().partition("## Reference")[0]
    shown = re.sub(r"(?s)<details>.*?</details>|<!--.*?-->|</?\w[^>]*>", "", text)
    assert len(shown.split()) < 1200


def test_the_picture_comes_first_and_guarding_second() -> None:
    text = README.read_text()
    assert text.index("<picture>") < text.index("\n## ")
    headings = re.findall(r"(?m)^## (.+)$", text)
    assert headings[0] == "Guard your own app"
    contents = text[text.index("</picture>") : text.index("\n## ")]
    assert re.findall(r"\[([^]]+)\]\(#", contents) == headings


def test_the_placeholder_for_the_owner_is_explained_once() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    said = [page.name for page in pages if "`OWNER` stands for" in page.read_text()]
    assert said == ["README.md"]


def test_quoted_output_is_the_same_as_in_the_walk() -> None:
    """A test of the action compares the walk with the real output."""
    walk = (ROOT / "docs" / "walk.md").read_text()
    section = README.read_text().partition("## Guard your own app")[2]
    command, quoted = re.findall(r"(?s)```(?:sh|text)\n(.*?)```", section)[:2]
    assert command in walk and quoted in walk
