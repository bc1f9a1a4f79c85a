"""The history: a folder with a file for each measurement of a cell.

A file holds evidence, is written once and never changed, so that an old measurement can
be judged by new rules. Its name has the time of the measurement and a hash of the
content: two branches of a history merge without conflict, and a damaged file is
noticed. A file that cannot be read does not stop the others from being read.
"""

import hashlib
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.records import files
from harness.records import text
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.words import Outcome
from harness.records.words import PROBE

NAME = re.compile(r"-([0-9a-f]{12})\.json$")

RETRYABLE = (Outcome.HARNESS_FAILED, Outcome.NOT_INSTALLED)
"""Outcomes worth measuring again."""

NOT_A_MEASUREMENT = (Outcome.NOT_SUPPORTED,)
"""Outcomes that say something only about the machine; they are not stored."""


def read(folder: Path) -> tuple[list[Evidence], list[UsageError]]:
    """All measurements below a folder, oldest first, and an error for each bad file.

    A folder that does not exist is an empty history.
    """
    measurements, faults = files.read_all(sorted(folder.rglob("*.json")), _read)
    return sorted(measurements, key=lambda each: each.measured_at), faults


def _read(path: Path) -> Evidence:
    evidence = files.read(path, Evidence)
    digest = NAME.search(path.name)
    if digest is None or digest[1] != _digest(path.read_bytes()):
        raise Unreadable(
            f"{path}: its content does not match the hash in its name; restore the "
            "file, or remove it to have its cell measured again"
        )
    return evidence


def newest(measurements: Iterable[Evidence], probe: int = PROBE) -> dict[str, Evidence]:
    """The newest measurement of each cell, by the cell's id.

    A retryable outcome counts only where there is nothing better. Measurements with
    another ``probe`` do not count.
    """
    cells: dict[str, Evidence] = {}
    for measurement in measurements:
        for one in by_cell(measurement) if measurement.probe == probe else ():
            older = cells.get(one.cells[0].id)
            if older is None or not is_retryable(one) or is_retryable(older):
                cells[one.cells[0].id] = one
    return cells


def latest_probe(measurements: Iterable[Evidence]) -> int:
    """The newest ``probe`` of any measurement, up to the present one."""
    return max((e.probe for e in measurements if e.probe <= PROBE), default=PROBE)


def is_retryable(evidence: Evidence) -> bool:
    """Whether measuring again may have another outcome."""
    return all(cell.outcome in RETRYABLE for cell in evidence.cells)


def add(folder: Path, evidence: Sequence[Evidence]) -> list[Path]:
    """Store each measured cell in a file of its own; return the new files.

    A measurement that is already stored is not written again, and neither is a repeated
    retryable failure of a cell. Raises ``UsageError`` if a file cannot be written.
    """
    stored = newest(read(folder)[0])
    cells = (one for each in evidence for one in by_cell(each))
    return [path for cell in cells if (path := _add(folder, cell, stored))]


def by_cell(evidence: Evidence) -> Iterator[Evidence]:
    """Split the evidence of an environment into evidence of one cell each."""
    for cell in evidence.cells:
        yield msgspec.structs.replace(evidence, cells=(cell,))


def _add(
    folder: Path, evidence: Evidence, stored: Mapping[str, Evidence]
) -> Path | None:
    (cell,) = evidence.cells
    older = stored.get(cell.id)
    again = older is not None and older.cells[0].outcome == cell.outcome
    if cell.outcome in NOT_A_MEASUREMENT or (again and is_retryable(evidence)):
        return None
    content = msgspec.json.encode(evidence, order="deterministic").decode() + "\n"
    path = folder / file_name(evidence, content)
    if path.exists():
        return None
    files.write_text(path, content)
    return path


def file_name(evidence: Evidence, content: str) -> Path:
    """Path of the file for one measured cell, relative to the history."""
    (cell,) = evidence.cells
    environment = evidence.environment
    when = re.sub(r"[^0-9T]", "", evidence.measured_at.partition("+")[0])
    name = f"{when}Z-{_digest(content.encode())}.json"
    parts = (environment.server, cell.configuration, environment.slug)
    return Path(*map(text.file_name, parts), name)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
