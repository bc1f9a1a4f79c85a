"""Draws the preview picture of a page: a number, and the processes that served it.

The picture has no words, because wherever it is shown they stand beside it. Digits are
drawn from seven bars, so that no font is needed and every machine draws the same.
"""

import struct
import zlib
from collections.abc import Iterable
from collections.abc import Sequence

from harness.records.report import CellReport
from harness.report import words
from harness.report.sections.matrix_cells import VARYING
from harness.site import badges

WIDTH, HEIGHT = 600, 315

PALETTE: dict[str, Iterable[int]] = {
    "page": (0xFD, 0xFD, 0xFC),
    "ink": (0x1C, 0x23, 0x21),
    "rule": (0xD9, 0xDD, 0xD8),
    **{name: bytes.fromhex(colour[1:]) for name, colour in badges.COLOURS.items()},
    # Badges have a darker one, since white text stands on it.
    "yellow": (0xB4, 0x53, 0x09),
}
"""Red, green and blue of each colour."""
COLOURS = {name: n for n, name in enumerate(PALETTE)}

#    0
#  5   1
#    6
#  4   2
#    3
BARS = {
    "0": "012345",
    "1": "12",
    "2": "01643",
    "3": "01623",
    "4": "5612",
    "5": "05623",
    "6": "056432",
    "7": "012",
    "8": "0123456",
    "9": "016523",
    "–": "6",
}

MOST_PROCESSES, MOST_LANES = 4, 12
"""Most processes, and most lanes of each, that are drawn."""


class Canvas:
    """A picture of a few colours."""

    def __init__(self) -> None:
        self._rows = [bytearray(WIDTH) for _ in range(HEIGHT)]

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle; what lies outside of the picture is left out."""
        left, right = max(0, round(x)), min(WIDTH, round(x + width))
        if right > left:
            stripe = bytes([COLOURS[colour]]) * (right - left)
            for row in self._rows[max(0, round(y)) : max(0, round(y + height))]:
                row[left:right] = stripe

    def number(self, text: str, x: float, y: float, size: float, colour: str) -> None:
        """Digits and dashes of a text; other characters are left out."""
        for character in text:
            if character in BARS:
                self._digit(BARS[character], x, y, size, colour)
                x += size * 0.72

    def _digit(self, bars: str, x: float, y: float, size: float, colour: str) -> None:
        wide, half, thick = size * 0.55, size / 2, size * 0.11
        boxes = {
            "0": (x, y, wide, thick),
            "1": (x + wide - thick, y, thick, half + thick / 2),
            "2": (x + wide - thick, y + half - thick / 2, thick, half + thick / 2),
            "3": (x, y + size - thick, wide, thick),
            "4": (x, y + half - thick / 2, thick, half + thick / 2),
            "5": (x, y, thick, half + thick / 2),
            "6": (x, y + half - thick / 2, wide, thick),
        }
        for bar in bars:
            self.box(*boxes[bar], colour)

    def png(self) -> bytes:
        """The picture as a file."""
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
        colours = b"".join(map(bytes, PALETTE.values()))
        content = zlib.compress(b"".join(b"\0" + row for row in self._rows), 6)
        parts = (
            (b"IHDR", head),
            (b"PLTE", colours),
            (b"IDAT", content),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return (
        struct.pack(">I", len(content))
        + checked
        + struct.pack(">I", zlib.crc32(checked))
    )


def of_cell(cell: CellReport) -> bytes:
    """The picture of a cell: its number on the left, its processes on the right."""
    canvas, colour = Canvas(), words.mark(cell).colour
    canvas.box(0, 0, 14, HEIGHT, colour)
    number = _number(cell)
    digits = sum(character in BARS for character in number)
    size = min(150.0, 300 / max(1, digits) / 0.72)
    canvas.number(number, 48, (HEIGHT - size) / 2, size, "ink")
    _processes(canvas, cell, colour)
    return canvas.png()


def _number(cell: CellReport) -> str:
    """The ceiling; before it the floor, if the cell's word says that they differ."""
    if cell.ceiling is None:
        return ""
    if cell.verdict in VARYING and cell.floor is not None and cell.floor < cell.ceiling:
        return f"{cell.floor}–{cell.ceiling}"
    return str(cell.ceiling)


def _processes(canvas: Canvas, cell: CellReport, colour: str) -> None:
    processes = min(cell.processes or 0, MOST_PROCESSES)
    lanes = min(cell.threads or 0, MOST_LANES)
    if not processes or not lanes:
        return
    height = (HEIGHT - 60 - 12 * (processes - 1)) / processes
    lane = min(20.0, (height - 12) / lanes)
    for n in range(processes):
        top = 30 + n * (height + 12)
        canvas.box(372, top, 196, height, "rule")
        canvas.box(374, top + 2, 192, height - 4, "page")
        for each in range(lanes):
            canvas.box(382, top + 6 + each * lane, 176, max(1, lane - 3), colour)


def of_cells(cells: Sequence[CellReport]) -> bytes:
    """Several cells as a field of squares, in the colours of their words."""
    canvas = Canvas()
    columns = max(1, min(24, round((len(cells) * 2) ** 0.5)))
    size = min((WIDTH - 60) / columns, 60)
    for n, cell in enumerate(cells):
        x, y = 30 + n % columns * size, 30 + n // columns * size
        if y + size > HEIGHT - 20:
            break
        canvas.box(x, y, size - 4, size - 4, words.mark(cell).colour)
    return canvas.png()
