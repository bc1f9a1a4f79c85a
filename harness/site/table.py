"""Writes all cells as a table, ``data.csv``, and a description of its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from harness.report.words import QUESTIONS
from harness.site import address
from harness.site.atlas import Atlas
from harness.site.described import LICENSE_PAGE
from harness.site.entry import AtlasCell
from harness.site.look import shown

PATH = "data.csv"

FORMULA = ("=", "+", "-", "@")
"""Characters at the start of a text that make a spreadsheet compute it."""


class TableColumn(NamedTuple):
    """A column: its name, its type, and what it means."""

    name: str
    kind: str
    about: str


COLUMNS = (
    TableColumn("id", "string", "The name of the cell everywhere."),
    TableColumn("server", "string", "The name of the server."),
    TableColumn("release", "string", "The release of the server."),
    TableColumn("configuration", "string", "How it is started."),
    TableColumn("flask", "string", "The release of Flask."),
    TableColumn("python", "string", "The Python."),
    TableColumn(
        "declared", "integer", "Requests at once by its documentation; empty: any."
    ),
    TableColumn("ceiling", "integer", "The most requests in the app at once."),
    TableColumn("floor", "integer", "The least, of as many offered as are declared."),
    TableColumn(
        "floor_by", "string", "guaranteed: in any order; seen: of some rounds."
    ),
    TableColumn(
        "bounded", "boolean", "Whether some request waited; else no end was found."
    ),
    TableColumn(
        "outcome", "string", "What happened; numbers are there if it is measured."
    ),
    TableColumn("word", "string", "The verdict, or the outcome where there is none."),
    TableColumn("processes", "integer", "Processes that had requests in the app."),
    TableColumn("threads", "integer", "The most requests at once in one of these."),
    TableColumn("measured_at", "datetime", "When it was measured, UTC."),
    TableColumn(
        "page", "string", "The page about the cell, from the root of the site."
    ),
    *(
        TableColumn(
            str(question), "string", f"{word.question} Empty: it was not asked."
        )
        for question, word in QUESTIONS.items()
    ),
)


def table(atlas: Atlas) -> str:
    """A line for each cell, with the names of the columns first (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows(map(_row, atlas.entries))
    return text.getvalue()


def _row(entry: AtlasCell) -> Iterator[object]:
    cell = entry.cell
    values = {
        **{name: getattr(cell, name, None) for name in cell.__struct_fields__},
        "release": cell.server_version,
        "bounded": None if cell.ceiling is None else str(cell.bounded).lower(),
        "word": str(cell.word),
        "measured_at": entry.evidence.measured_at,
        "page": address.cell_page(cell),
        **{str(each.question): each.answer for each in cell.answers},
    }
    asked = {str(each.question) for each in cell.answers}
    for column in COLUMNS:
        known = column.name in asked or column.name not in map(str, QUESTIONS)
        yield _plain(values.get(column.name)) if known else ""


def _plain(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = str(shown(str(value)))
    return f"'{text}" if text.startswith(FORMULA) else text


def description() -> dict[str, object]:
    """The description of the columns, by https://www.w3.org/TR/tabular-metadata."""
    columns = [
        {
            "name": each.name.replace("-", "_"),
            "titles": each.name,
            "datatype": each.kind,
            "dc:description": each.about,
        }
        for each in COLUMNS
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": PATH,
        "dc:license": {"@id": LICENSE_PAGE},
        "tableSchema": {"columns": columns, "primaryKey": "id"},
    }
