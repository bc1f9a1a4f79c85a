"""Writes sentences about a cell."""

from collections.abc import Iterable
from collections.abc import Iterator

from harness.records.plan import FLASK
from harness.records.report import CellReport
from harness.records.report import release_of
from harness.records.track import Line
from harness.records.track import Span
from harness.records.words import Outcome
from harness.report import words
from harness.site.atlas import Atlas
from harness.site.atlas_cell import configuration_of
from harness.site.release_lines import span_and_previous


def name(cell: CellReport) -> str:
    """The server, configuration and releases of a cell, as a heading."""
    server = f"{words.release(cell)} {cell.configuration}"
    return f"{server}, Flask {cell.flask}, Python {cell.python}"


def answer(cell: CellReport) -> str:
    """The answer of a cell in one sentence."""
    if cell.outcome is not Outcome.MEASURED:
        return sentence(cell.reason)
    return sentence(f"{words.title(cell)} {cell.configuration} {cell.reason}")


def sentence(text: str) -> str:
    """A text with a full stop, if it has none."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def since(atlas: Atlas, cell: CellReport) -> Iterator[str]:
    """Since which release a cell's number holds: a sentence for each of its lines."""
    for line in atlas.lines_of.get(configuration_of(cell), ()):
        if not is_on(line, cell):
            continue
        if spans := span_and_previous(line, release_of(line.package, cell)):
            yield _since(words.package(line), *spans)


def by_release(line: Line, cells: Iterable[CellReport]) -> dict[str, CellReport]:
    """Cells on a line, by the release that the line follows."""
    return {release_of(line.package, cell): cell for cell in cells if is_on(line, cell)}


def is_on(line: Line, cell: CellReport) -> bool:
    """Whether a cell of a line's configuration is on it."""
    if line.python != cell.python:
        return False
    if not line.beside:
        return True
    if line.package == FLASK:
        return line.beside == f"{cell.server} {cell.server_version}"
    return line.beside == f"{FLASK} {cell.flask}"


def _since(package: str, span: Span, before: Span | None) -> str:
    first = span.releases[0]
    if before is None:
        return f"This is so in every measured release of {package} from {first} on."
    return (
        f"This is so since {package} {first}; {before.releases[-1]}, the measured "
        f"release before it: {before.said}."
    )


def change(line: Line, span: Span) -> str:
    """A sentence on the change with which a span begins."""
    package, where = words.package(line), line.configuration
    if package != words.title(line):
        where = f"{words.title(line)} {where}"
    return sentence(f"{package} {span.releases[0]}, {where}: {span.reason}")


def line_title(line: Line) -> str:
    """The configuration of a line, and the package whose releases it follows."""
    beside = f", {line.beside}" if line.beside else ""
    package = f"{words.package(line)}{beside}"
    return f"{line.configuration} by release of {package}, Python {line.python}"
