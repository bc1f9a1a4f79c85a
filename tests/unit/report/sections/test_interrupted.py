"""A report says that its run was interrupted."""

from __future__ import annotations

import pytest

from harness.report import markdown
from harness.report import plain
from harness.report.sections.summary import interrupted


@pytest.mark.parametrize(
    ("missing", "words"), [(1, "1 cell was not"), (12, "12 cells were not")]
)
def test_how_many_cells_are_missing(missing: int, words: str) -> None:
    text = plain.write([interrupted(missing)])
    assert text.startswith("warning: The run was interrupted: ") and words in text
    assert markdown.write([interrupted(missing)]).startswith("> [!WARNING]\n> The run")
