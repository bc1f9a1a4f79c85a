"""The section about claims that servers make about themselves."""

from harness.report import markdown
from harness.report.sections import claims as told
from tests.samples.cases import claims as sample
from tests.samples.make import judge


def test_each_contradiction_is_reported_once() -> None:
    cells = judge(sample()).cells
    text = markdown.write([told.section((*cells, *cells)), told.details(cells)])
    assert text.count("- pyruvate 1.6.1 `workers-4` on Flask 3.1.3: it tells") == 1
    assert text.count("- granian 2.8.7 `workers-2` on Flask 3.1.3: it tells") == 1
    assert "| `pyruvate workers-4` | False | 4 | False | 1 |" in text
