"""The cells of the site, and the files with their evidence."""

import hashlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.files import as_json
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.track import Line
from harness.records.versions import release_order
from harness.site import address


class EvidenceFile(NamedTuple):
    """The evidence of an environment as the site offers it."""

    path: str
    text: str
    digest: str
    """SHA-256 of the file."""


class AtlasCell(NamedTuple):
    """A cell and its evidence."""

    cell: CellReport
    seen: CellEvidence
    evidence: Evidence
    """The evidence of its environment."""
    file: EvidenceFile

    @property
    def alone(self) -> Evidence:
        """The evidence of this cell without its neighbours."""
        return msgspec.structs.replace(self.evidence, cells=(self.seen,))


def age(cell: CellReport) -> tuple[object, ...]:
    """A key to sort cells by: the newest releases last."""
    return tuple(map(release_order, (cell.flask, cell.server_version, cell.python)))


def newest(entries: Iterable[AtlasCell]) -> AtlasCell:
    """The one of several cells with the newest releases."""
    return max(entries, key=lambda entry: age(entry.cell))


def configuration_of(of: CellReport | Line) -> tuple[str, str]:
    """A configuration, whatever its releases: the server and its id."""
    return of.server, of.configuration


def entries_of(report: Report, evidence: Sequence[Evidence]) -> Iterator[AtlasCell]:
    """The cells of a report, each with the evidence that it was judged from."""
    cells = iter(report.cells)
    for each, file in zip(evidence, _files(evidence), strict=True):
        for seen in each.cells:
            yield AtlasCell(next(cells), seen, each, file)


def _files(evidence: Iterable[Evidence]) -> Iterator[EvidenceFile]:
    """A file for each piece of evidence; those of one environment are numbered."""
    used: set[str] = set()
    for each in evidence:
        text = as_json(each) + "\n"
        name = address.segment(each.environment.slug)
        digest = hashlib.sha256(text.encode()).hexdigest()
        path = f"evidence/{name}.json"
        if path in used:
            path = f"evidence/{name}-{digest[:12]}.json"
        used.add(path)
        yield EvidenceFile(path, text, digest)
