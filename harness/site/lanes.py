"""Draws the processes that served the requests of a cell, with the lanes of each."""

from collections.abc import Iterator

from markupsafe import Markup

from harness.records.report import CellReport
from harness.records.text import plural
from harness.report import svg

MOST_PROCESSES = 8
"""Most processes that are drawn; the caption below the picture counts all of them."""
MOST_LANES = 16

WIDTH = 640
LANE, GAP, HEAD = 12, 4, 22
COLUMNS = 2


def draw(cell: CellReport) -> Markup:
    """The fullest round: each request in the app as a bar in the lane that it takes.

    Nothing if it is unknown in which processes the requests were.
    """
    if not cell.processes or not cell.threads or not cell.ceiling:
        return Markup("")
    shown = _shared(cell.ceiling, cell.processes, cell.threads)
    boxes: list[Markup] = []
    y = 0.0
    for start in range(0, len(shown), COLUMNS):
        row = shown[start : start + COLUMNS]
        for n, taken in enumerate(row):
            boxes += _process(start + n + 1, taken, cell.threads, n, y)
        y += _height(cell.threads) + 14
    return svg.picture(WIDTH, int(y), caption(cell), *boxes, kind="lanes")


def caption(cell: CellReport) -> str:
    """The picture in words."""
    processes = "one process" if cell.processes == 1 else f"{cell.processes} processes"
    return (
        f"At its fullest {plural(cell.ceiling or 0, 'request')} in {processes}, up to "
        f"{cell.threads} in one"
    )


def left_out(cell: CellReport) -> str:
    """What the picture leaves out, as a sentence; empty if nothing."""
    more = []
    if (cell.processes or 0) > MOST_PROCESSES:
        more.append(f"the first {MOST_PROCESSES} processes")
    if (cell.threads or 0) > MOST_LANES:
        more.append(f"{MOST_LANES} lanes of each")
    return f"Drawn are {' and '.join(more)}." if more else ""


def _shared(requests: int, processes: int, most: int) -> list[int]:
    """Requests of the processes that are drawn: first the fullest, then the others.

    The others are spread as evenly as possible. Rounds say how many processes there
    were and how many requests the fullest had.
    """
    shared = [min(most, requests)]
    for number in range(1, min(processes, MOST_PROCESSES)):
        rest = requests - sum(shared)
        shared.append(min(most, -(-rest // (processes - number))))
    return shared


def _height(lanes: int) -> int:
    return HEAD + min(lanes, MOST_LANES) * (LANE + GAP) + GAP + 4


def _process(
    number: int, taken: int, lanes: int, column: int, y: float
) -> Iterator[Markup]:
    width = (WIDTH - 12) / COLUMNS
    x = column * (width + 12)
    yield svg.box(x + 1, y + 1, width - 2, _height(lanes) - 2, "process", rx=6)
    words = f"process {number}: {plural(taken, 'request')}"
    yield svg.text(x + 12, y + 17, words, "name")
    for lane in range(min(lanes, MOST_LANES)):
        top = y + HEAD + 4 + lane * (LANE + GAP)
        kind = "taken" if lane < taken else "free"
        yield svg.box(x + 12, top, width - 24, LANE, kind, rx=3)
