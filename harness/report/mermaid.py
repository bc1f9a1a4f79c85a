"""How the Markdown pen draws a chart, for GitHub: as a Mermaid chart."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.report.document import Bar
from harness.report.document import Chart
from harness.report.escape import mermaid

COLOURS = "#e8833a, #3b82d6"
"""Distinguishable on light and dark pages, and without seeing red or green."""


def draw(chart: Chart) -> str:
    """Bars of two parts: in one colour what was always reached, in another the rest."""
    labels = _labels(chart.bars)
    # One more than is needed: Mermaid cuts a number off that stands at the very end.
    top = max(bar.most or 0 for bar in chart.bars) + 1
    lines = [
        "```mermaid",
        f"%%{{init: {msgspec.json.encode(_look(labels)).decode()}}}%%",
        "xychart-beta horizontal",
        f"    x-axis [{', '.join(labels)}]",
        f'    y-axis "{chart.axis}" 0 --> {top}',
        f"    bar [{', '.join(str(bar.most) for bar in chart.bars)}]",
        f"    bar [{', '.join(str(bar.always) for bar in chart.bars)}]",
        "```",
    ]
    return "\n".join(lines)


def _labels(bars: Sequence[Bar]) -> list[str]:
    """Labels as short as possible, but distinct: Mermaid merges equal ones."""
    for names in zip(*(bar.names for bar in bars), strict=True):
        labels = list(map(mermaid, names))
        if len(set(labels)) == len(labels):
            return labels
    return [mermaid(f"{n} {bar.names[-1]}") for n, bar in enumerate(bars, start=1)]


def _look(labels: Sequence[str]) -> object:
    """As narrow as it can be read: on a narrower screen Mermaid cuts labels off, and
    it leaves out all of them where one would take half of the width.
    """
    width = max(500, 16 * max(map(len, labels)))
    size = {"width": width, "height": 110 + 24 * len(labels)}
    colours = {"backgroundColor": "transparent", "plotColorPalette": COLOURS}
    return {"xyChart": size, "themeVariables": {"xyChart": colours}}
