"""Draws charts for the Markdown pen as Mermaid charts, which GitHub shows.

Mermaid has no scale on which 4 and 2000 can both be read, and no marks on a bar. So the
lengths are computed here, each number stands beside its name, and the axis has none.
"""

import math
from collections.abc import Callable
from collections.abc import Iterator

import msgspec

from harness.report.drawing import Bar
from harness.report.drawing import Chart
from harness.report.escape import mermaid

OPEN, SHORT, AT_TIMES, ALWAYS = "#a9c9f2", "#818b95", "#e07020", "#2f78d0"
"""Distinguishable on light and dark pages and with any kind of colour blindness. All
but the first have a contrast of 3 to 1 with both pages."""

MOST_LABEL = 29
"""Characters of a name and a number that are shown."""

WIDTH, NARROW = 440, 1.4
"""The width in pixels, and the factor by which a narrow screen shrinks it. Mermaid
measures labels after shrinking, so it leaves them too little room and cuts them off
unless they are padded."""

PLOT = 20
"""The least part of the width that bars need, in percent. If labels are wider than the
rest, Mermaid leaves out all of them."""

HIGH = 40
"""With more rows than this, each row is lower."""

SPACE = 0.55
"""The width of a space, in that of most characters."""

INVISIBLE = "\u200b"
"""Makes labels differ: Mermaid would merge bars with the same label."""


def draw(chart: Chart) -> str:
    """Draw a chart, with the bars of each group below its title."""
    rows = list(_rows(chart))
    labels = _labels([label for label, _ in rows])
    length = _scale(chart)
    bars = [bar for _, bar in rows]
    end = max(length(bar.highest) for bar in chart.bars) * 1.02
    parts = [
        [end if bar.open_end else 0 for bar in bars],
        [length(bar.declared) for bar in bars],
        [length(bar.most) for bar in bars],
        [length(bar.always) for bar in bars],
    ]
    lines = [
        "```mermaid",
        f"%%{{init: {msgspec.json.encode(_look(len(rows))).decode()}}}%%",
        "xychart-beta horizontal",
        f"    x-axis [{', '.join(labels)}]",
        f"    y-axis 0 --> {end:.2f}",
        *(f"    bar [{', '.join(f'{n:g}' for n in numbers)}]" for numbers in parts),
        "```",
    ]
    return "\n".join(lines)


def _scale(chart: Chart) -> Callable[[int], float]:
    """The function that turns numbers into lengths."""
    if chart.even:
        return float
    return lambda number: round(math.log2(number) + 1, 2) if number else 0.0


def _rows(chart: Chart) -> Iterator[tuple[str, Bar]]:
    """A label for each bar; a group's title is a label above them, without a bar."""
    for group in chart.groups:
        if group.title:
            title = mermaid(group.title, characters=MOST_LABEL - 2)
            yield f"{title} ▾", Bar("", "")
        for bar in group.bars:
            room = MOST_LABEL - 2 - len(bar.value)
            yield f"{mermaid(bar.name, characters=room)}: {bar.value}", bar


def _labels(texts: list[str]) -> list[str]:
    """The labels in quotes, all different."""
    most = max(map(len, texts))
    # The first character is there because Mermaid removes leading spaces.
    wide = INVISIBLE + "\u00a0" * round(most * (NARROW - 1) / SPACE)
    labels: list[str] = []
    for text in texts:
        label = f"{wide}{text}" if len(text) == most else text
        while label in labels:
            label += INVISIBLE
        labels.append(label)
    return [f'"{label}"' for label in labels]


def _look(rows: int) -> object:
    axis = {"labelFontSize": 12}
    hidden = {"showLabel": False, "showTick": False, "showAxisLine": False}
    height = 20 + (20 if rows < HIGH else 17) * rows
    size = {
        "width": WIDTH,
        "height": height,
        "plotReservedSpacePercent": PLOT,
        "xAxis": axis,
        "yAxis": hidden,
    }
    palette = ", ".join((OPEN, SHORT, AT_TIMES, ALWAYS))
    colours = {"backgroundColor": "transparent", "plotColorPalette": palette}
    return {"xyChart": size, "themeVariables": {"xyChart": colours}}
