"""Values of a cell that the text of an answer can contain."""

from harness.records.choices import Act
from harness.records.memory import MB
from harness.records.report import CellReport
from harness.records.text import bound
from harness.report import words
from harness.site.rendering import number_of

NOT_ASKED = "not asked"


def value_of(cell: CellReport, field: str) -> str:
    """A value of a cell in words. Raises ``KeyError`` for an unknown name."""
    fields = {
        "number": number_of(cell),
        "declared": bound(cell.declared),
        "ceiling": "none" if cell.ceiling is None else str(cell.ceiling),
        "floor": "none" if cell.floor is None else str(cell.floor),
        "processes": str(cell.processes or 0),
        "threads": str(cell.threads or 0),
        "verdict": str(cell.word),
        "server": f"{words.title(cell)} {cell.server_version}",
        "flask": f"Flask {cell.flask}",
    }
    answers = {str(answer.question): answer.answer for answer in cell.answers}
    details = (*_NUMBERS, *(f"{act}-{what}" for act in Act for what in _OF_TAPES))
    not_asked = dict.fromkeys((*map(str, words.QUESTIONS), *details), NOT_ASKED)
    return {**fields, **not_asked, **answers, **_details(cell)}[field]


_NUMBERS = ("memory-place", "memory-further", "probes-from")
_OF_TAPES = ("least", "gap", "lost")


def _details(cell: CellReport) -> dict[str, str]:
    """Numbers of the questions whose answers are more than a word."""
    details = {}
    if memory := cell.memory:
        details["memory-place"] = f"{memory.full / memory.places / MB:.0f} MB"
        details["memory-further"] = _size(memory.each)
    if cell.health and cell.health.at_times is not None:
        details["probes-from"] = str(cell.health.at_times)
    for tape in cell.tapes:
        lost = tape.lost_in_app + tape.lost_waiting
        known = str(tape.lowest), f"{tape.lowest_seconds:.1f} s", str(lost)
        said = known if tape.known else ("not known",) * 3
        details |= {f"{tape.act}-{w}": s for w, s in zip(_OF_TAPES, said, strict=True)}
    return details


def _size(size: int) -> str:
    """A number of bytes in kB or MB."""
    return f"{size / 1000:.0f} kB" if size < MB else f"{size / MB:.1f} MB"
