"""Makes addresses of pages: paths from the root of the site, built from names."""

import hashlib

from harness.records.report import CellReport
from harness.records.text import file_name

LONGEST = 80
"""Most characters of a segment; a longer name is cut, and gets a digest to stay
unique."""


def segment(text: str) -> str:
    """A name as one segment of a path; an ordinary name stays as it is."""
    plain = file_name(text)[:LONGEST]
    if plain == text and text:
        return text
    return f"{plain}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def cell(cell: CellReport) -> str:
    """Path of the files about a cell, without a suffix: its id."""
    parts = (
        f"flask-{cell.flask}",
        f"{cell.server}-{cell.server_version}",
        cell.configuration,
        f"py{cell.python}",
    )
    return "/".join(map(segment, parts))


def cell_page(cell_report: CellReport) -> str:
    """The page about a cell."""
    return f"cell/{cell(cell_report)}.html"


def server_page(server: str) -> str:
    """The page about a server."""
    return f"server/{segment(server)}.html"


def newest(cell_report: CellReport) -> str:
    """Path of the newest numbers of a configuration, without a suffix."""
    return f"{segment(cell_report.server)}/{segment(cell_report.configuration)}"


def root_from(path: str) -> str:
    """The root of the site, relative to the page at a path."""
    return "../" * path.count("/")


def unused(name: str, used: set[str]) -> str:
    """A name that is not in use yet; it is added to those in use."""
    while name in used:
        name += "-more"
    used.add(name)
    return name


def anchor(text: str) -> str:
    """A name as the id of an element."""
    return segment(text).replace("+", "-").replace("~", "-")
