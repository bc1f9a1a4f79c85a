"""Annotations are sorted by urgency, since GitHub shows only the first ones."""

from pathlib import Path

import pytest

from harness.cli import main
from harness.records.results import write_evidence
from harness.records.words import Outcome
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def test_the_most_urgent_annotations_come_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uneven = [cell(WHERE, f"a-{n}", 8, rounds(8, (2, 4), (4, 8))) for n in range(20)]
    died = unmeasured(WHERE, "z", Outcome.DIED, "it ended")
    write_evidence(tmp_path, evidence(WHERE, [*uneven, died]))
    words = ["report", "--results", str(tmp_path), "--output-format", "github"]
    assert main(words) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert "title=died (FC104)" in first and "title=uneven (FC001)" in second
    assert main([*words, "--fail-on", "uneven"]) == 1
    assert capsys.readouterr().out.startswith("::error title=")
