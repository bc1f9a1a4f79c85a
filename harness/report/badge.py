"""The pen that writes a measured number as a badge, in the format of shields.io."""

import json

from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.sections.matrix_cells import number

LABEL = "concurrent requests"
COLOURS = {"bright_black": "lightgrey", "magenta": "blueviolet"}
"""Colours whose name at shields.io differs from that of a terminal."""


def badge(cell: CellReport) -> str:
    """The content of the file that an endpoint badge of shields.io reads."""
    mark = words.mark(cell)
    message = str(mark.word)
    if cell.outcome is Outcome.MEASURED:
        message = number(cell).replace("≥", "at least ")
    red = cell.verdict is Verdict.FEWER or cell.outcome is not Outcome.MEASURED
    shown = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message,
        "color": COLOURS.get(mark.colour, mark.colour),
        "isError": red,
    }
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"
