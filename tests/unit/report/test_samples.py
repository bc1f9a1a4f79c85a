"""Reports of samples match the stored ones, so that every change is reviewed."""

from collections.abc import Callable

import msgspec
import pytest

from harness.records import files
from harness.records.report import Report
from tests.builders.rendered import drawn
from tests.builders.rendered import in_short
from tests.builders.rendered import lines
from tests.builders.rendered import page
from tests.builders.rendered import sample
from tests.builders.rendered import SAMPLES
from tests.samples import cases

PENS: dict[str, Callable[[Report], str]] = {
    "report.md": page,
    "report.txt": lines,
    "terminal.txt": lambda report: drawn(in_short(report, "results")),
}


def update(case: str) -> None:
    """Write the evidence and the reports of one case."""
    folder = SAMPLES / case
    for number, each in enumerate(cases.CASES[case](), start=1):
        # On one line, unlike in a run: a program makes the cases.
        text = msgspec.json.encode(each, order="deterministic").decode() + "\n"
        slug = each.environment.slug if case != "hostile" else "hostile"
        files.write_text(folder / "evidence" / f"{number:02}-{slug}.json", text)
    for name, pen in PENS.items():
        files.write_text(folder / name, pen(sample(case)))


def test_every_case_is_on_disk() -> None:
    on_disk = sorted(path.parent.name for path in SAMPLES.glob("*/report.md"))
    assert sorted(cases.CASES) == on_disk


@pytest.mark.parametrize("case", cases.CASES)
def test_the_reports_of_a_sample_are_as_stored(
    case: str, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--update-samples"):
        update(case)
    for name, pen in PENS.items():
        expected = (SAMPLES / case / name).read_text(encoding="utf-8")
        assert pen(sample(case)) == expected, (
            "if this is meant: pytest --update-samples, and look at the difference"
        )
