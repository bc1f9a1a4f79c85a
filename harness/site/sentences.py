"""What a page says of a cell, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.report import CellReport
from harness.records.track import Line
from harness.records.track import Span
from harness.records.words import Outcome
from harness.report import words
from harness.site.atlas import Atlas
from harness.site.atlas import FLASK
from harness.site.atlas import so_since


def name(cell: CellReport) -> str:
    """What a cell is of, as a heading."""
    server = f"{words.chain(cell)} {cell.server_version}"
    return f"{server} {cell.configuration}, Flask {cell.flask}, Python {cell.python}"


def answer(cell: CellReport) -> str:
    """The answer of a cell in one sentence."""
    if cell.outcome is not Outcome.MEASURED:
        return sentence(cell.reason)
    return sentence(f"{words.title(cell)} {cell.configuration} {cell.reason}")


def sentence(text: str) -> str:
    """A text that ends as a sentence does; only a title may begin with a small one."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def since(atlas: Atlas, cell: CellReport) -> Iterator[str]:
    """Since which releases it is as it is, a sentence for each line it is on."""
    for line in atlas.lines_of.get((cell.server, cell.configuration), ()):
        if not is_on(line, cell):
            continue
        package = "Flask" if line.package == FLASK else words.title(line)
        release = cell.flask if line.package == FLASK else cell.server_version
        if spans := so_since(line, release):
            yield _since(package, *spans)


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
        return (
            f"It is so in every release of {package} from {first} on that was measured."
        )
    return (
        f"It is so since {package} {first}; {before.releases[-1]}, the release before "
        f"it that was measured: {before.said}."
    )


def change(line: Line, span: Span) -> str:
    """What changed where a span begins, and of what, as a sentence."""
    package = "Flask" if line.package == FLASK else words.title(line)
    where = f"{words.title(line)} {line.configuration}"
    if package == words.title(line):
        where = line.configuration
    return sentence(f"{package} {span.releases[0]}: {where}: {span.reason}")


def line_title(line: Line) -> str:
    """What a line is of."""
    package = "Flask" if line.package == FLASK else words.title(line)
    beside = f", {line.beside}" if line.beside else ""
    return f"{line.configuration} by release of {package}{beside}, Python {line.python}"
