"""Findings are grouped, each reason once."""

from harness.records.words import Outcome
from harness.report.grid import lay_out
from harness.report.sections import findings
from tests.builders.rendered import sample
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import unmeasured


def test_the_same_reason_is_printed_once() -> None:
    found = findings.find_notes(lay_out(sample("failures")))
    (note,) = found[Outcome.NOT_SUPPORTED]
    assert note.releases == ("0.12.5", "3.1.3")
    where = environment("3.1.3", "gunicorn", "27.0.1")
    gone = [unmeasured(where, name, Outcome.DIED, "the same") for name in "ab"]
    (note,) = findings.find_notes(lay_out(judge([evidence(where, gone)])))[Outcome.DIED]
    assert note.labels == ("a", "b")
