"""Knows how measurements are kept for good; must not know what any of them means.

Rule 1: a file is one measurement of one cell, written once and never changed: evidence
(see ``store``), with all that it takes to judge it anew. Rule 2: its name says when it
was measured and what is in it, so that two branches of a history never conflict, and a
file that was cut off or changed is found out. Rule 3: a file that cannot be read never
costs the others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.records import results as store
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.words import Outcome
from harness.records.words import PROBE

NAME = re.compile(r"-([0-9a-f]{12})\.json$")

PASSING = (Outcome.HARNESS_FAILED, Outcome.NOT_INSTALLED)
"""Outcomes that may be another next time: such a cell is measured again."""

OF_THE_MACHINE = (Outcome.NOT_SUPPORTED,)
"""Outcomes that are no measurement: they are not kept."""


def read(folder: Path) -> tuple[list[Evidence], list[UsageError]]:
    """All measurements below a folder, oldest first, and what cannot be read of it.

    A folder that is not there is a history that has not begun.
    """
    found, faults = [], []
    for path in sorted(folder.rglob("*.json")):
        try:
            found.append(_read(path))
        except UsageError as fault:
            faults.append(fault)
    return sorted(found, key=lambda each: each.measured_at), faults


def _read(path: Path) -> Evidence:
    evidence = store.read_evidence_file(path)
    said = NAME.search(path.name)
    if said is None or said[1] != _digest(path.read_bytes()):
        raise Unreadable(
            f"{path}: is not what was written under this name; restore it, or remove "
            "it to have its cell measured again"
        )
    return evidence


def known(history: Iterable[Evidence]) -> dict[str, Evidence]:
    """By the id of a cell, its newest measurement; but for what may be another next
    time, only where there is nothing better. Another ``probe`` does not count.
    """
    found: dict[str, Evidence] = {}
    for each in history:
        for one in one_by_one(each) if each.probe == PROBE else ():
            there = found.get(one.cells[0].id)
            if there is None or not is_passing(one) or is_passing(there):
                found[one.cells[0].id] = one
    return found


def is_passing(evidence: Evidence) -> bool:
    """Whether what is known of a cell may be another next time."""
    return all(cell.outcome in PASSING for cell in evidence.cells)


def add(folder: Path, evidence: Sequence[Evidence]) -> list[Path]:
    """Keep every cell for good; the files that are new. Raises ``UsageError``.

    What is there already is not written again, nor is the same failure twice.
    """
    there, _ = read(folder)
    before = known(there)
    singly = [one for each in evidence for one in one_by_one(each)]
    kept = (_keep(folder, e, before) for e in singly if not _of_the_machine(e))
    return list(filter(None, kept))


def one_by_one(evidence: Evidence) -> Iterator[Evidence]:
    """Evidence of each cell, with all that was seen of its environment."""
    for cell in evidence.cells:
        yield msgspec.structs.replace(evidence, cells=(cell,))


def _of_the_machine(evidence: Evidence) -> bool:
    return evidence.cells[0].outcome in OF_THE_MACHINE


def _keep(
    folder: Path, evidence: Evidence, before: Mapping[str, Evidence]
) -> Path | None:
    (cell,) = evidence.cells
    there = before.get(cell.id)
    if (
        there is not None
        and is_passing(evidence)
        and there.cells[0].outcome == cell.outcome
    ):
        return None
    content = msgspec.json.encode(evidence, order="deterministic").decode() + "\n"
    path = folder / place(evidence, content)
    if path.exists():
        return None
    store.write_text(path, content)
    return path


def place(evidence: Evidence, content: str) -> Path:
    """Where the measurement of one cell is kept, below the folder of the history."""
    (cell,) = evidence.cells
    where = evidence.environment
    when = re.sub(r"[^0-9T]", "", evidence.measured_at.partition("+")[0])
    name = f"{when}Z-{_digest(content.encode())}.json"
    parts = (where.server, cell.configuration, where.slug)
    return Path(*(re.sub(r"^\.|[^A-Za-z0-9._+-]", "_", part) for part in parts), name)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
