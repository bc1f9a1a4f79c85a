"""Writes all cells as a table, ``data.csv``, and a description of its columns."""

import csv
import io

from harness.report.words import QUESTIONS
from harness.site import address
from harness.site.atlas import Atlas
from harness.site.atlas_cell import AtlasCell
from harness.site.rendering import shown
from harness.site.schema_org import LICENSE_PAGE

PATH = "data.csv"

FORMULA = ("=", "+", "-", "@")
"""Characters at the start of a text that make a spreadsheet compute it."""


COLUMNS = {
    "id": ("string", "The name of the cell everywhere."),
    "server": ("string", "The name of the server."),
    "release": ("string", "The release of the server."),
    "configuration": ("string", "How it is started."),
    "flask": ("string", "The release of Flask."),
    "python": ("string", "The Python."),
    "declared": ("integer", "Requests at once by its documentation; empty: any."),
    "ceiling": ("integer", "The most requests in the app at once."),
    "floor": ("integer", "The least, of as many offered as are declared."),
    "floor_by": ("string", "guaranteed: in any order; seen: of some rounds."),
    "bounded": ("boolean", "Whether some request waited; else no end was found."),
    "outcome": ("string", "What happened; numbers are there if it is measured."),
    "word": ("string", "The verdict, or the outcome where there is none."),
    "processes": ("integer", "Processes that had requests in the app."),
    "threads": ("integer", "The most requests at once in one of these."),
    "measured_at": ("datetime", "When it was measured, UTC."),
    "page": ("string", "The page about the cell, from the root of the site."),
    **{
        str(question): ("string", f"{word.question} Empty: it was not asked.")
        for question, word in QUESTIONS.items()
    },
}
"""The type of each column, and what it means, by its name."""


def table(atlas: Atlas) -> str:
    """A line for each cell, with the names of the columns first (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, atlas.entries))
    return text.getvalue()


def _row(entry: AtlasCell) -> list[object]:
    cell = entry.cell
    values: dict[str, object] = {
        **{name: getattr(cell, name, None) for name in cell.__struct_fields__},
        "release": cell.server_version,
        "bounded": None if cell.ceiling is None else str(cell.bounded).lower(),
        "word": str(cell.word),
        "measured_at": entry.evidence.measured_at,
        "page": address.cell_page(cell),
        **dict.fromkeys(QUESTIONS),
        **{answer.question: answer.answer for answer in cell.answers},
    }
    return [_plain(values[name]) for name in COLUMNS]


def _plain(value: object) -> object:
    """The value, changed if a spreadsheet would take it for a formula."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = str(shown(str(value)))
    return f"'{text}" if text.startswith(FORMULA) else text


def description() -> dict[str, object]:
    """The description of the columns, by https://www.w3.org/TR/tabular-metadata."""
    columns = [
        {
            "name": name.replace("-", "_"),
            "titles": name,
            "datatype": kind,
            "dc:description": about,
        }
        for name, (kind, about) in COLUMNS.items()
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": PATH,
        "dc:license": {"@id": LICENSE_PAGE},
        "tableSchema": {"columns": columns, "primaryKey": "id"},
    }
