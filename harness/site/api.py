"""The contents of the site as JSON for programs, with a description.

``SCHEMA_VERSION`` goes up when a key changes its meaning, or goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import msgspec

import harness
from harness.records.report import CellReport
from harness.records.track import Line
from harness.report import words
from harness.report.words import QUESTIONS
from harness.site import address
from harness.site import changes
from harness.site import purl
from harness.site import table
from harness.site.atlas import Atlas
from harness.site.atlas import AtlasCell
from harness.site.described import LICENSE
from harness.site.explain import MeasuredCell
from harness.site.frame import Frame
from harness.site.look import File
from harness.site.look import number_of
from harness.site.look import text_file
from harness.site.measured import measured_cells
from harness.site.questions import QuestionPage

SCHEMA_VERSION = 1

BASE = "api/v1"

LEFT_OUT = {
    *("rounds", "steered", "log_tail", "command", "front", "seconds", "tapes"),
}
"""Of a cell: what is in its evidence only."""


def _list_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _texts(*keys: str) -> dict[str, Any]:
    """The schema of an object with some keys that have text."""
    texts = {key: {"type": "string"} for key in keys}
    return {"type": "object", "required": list(keys), "properties": texts}


CELL = {"$ref": "#/components/schemas/CellReport"}

PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "/api/v1/index.json": (
        "What there is.",
        {"paths": {"type": "object"}, "cells": _list_of({"type": "string"})},
    ),
    "/api/v1/cell/{cell}.json": ("One cell; its id is the path.", {"cell": CELL}),
    "/api/v1/servers.json": (
        "All servers, and where more is to be had on each.",
        {"servers": _list_of(_texts("name", "title", "page", "data", "feed"))},
    ),
    "/api/v1/server/{server}.json": (
        "The newest cell of each of its configurations.",
        {"configurations": _list_of(CELL)},
    ),
    "/api/v1/measured.json": (
        "The newest cell of each configuration, in short.",
        {"cells": _list_of({"$ref": "#/components/schemas/MeasuredCell"})},
    ),
    "/api/v1/questions.json": (
        "Questions that people ask, and their answers.",
        {"questions": _list_of(_texts("name", "asked", "answer", "page"))},
    ),
    "/api/v1/timelines.json": (
        "Configurations, release by release.",
        {"lines": _list_of({"$ref": "#/components/schemas/Line"})},
    ),
    "/api/v1/changes.json": (
        "What changed from release to release.",
        {"changes": _list_of(_texts("id", "package", "release", "change", "cell"))},
    ),
    "/api/v1/unmeasured.json": (
        "Releases that are out and not measured yet.",
        {
            "asked_at": {"type": ["string", "null"], "format": "date-time"},
            "packages": _list_of(_texts("package", "newest_measured")),
        },
    ),
    "/data.json": (
        "All cells in one file.",
        {
            "license": {"type": "string"},
            "cells": {"type": "object", "additionalProperties": CELL},
        },
    ),
    "/badge/{configuration}.json": (
        "A badge for shields.io: SERVER/CONFIGURATION, or the id of a cell.",
        {
            "schemaVersion": {"const": 1},
            **{key: {"type": "string"} for key in ("label", "message", "color")},
        },
    ),
}
"""By path: what a file is, and the keys that it has besides the two of every file."""


def files(
    atlas: Atlas, frame: Frame, answered: Sequence[QuestionPage]
) -> Iterator[File]:
    """All files of data."""

    def document(path: str, **content: Any) -> File:
        head = {
            "schema_version": SCHEMA_VERSION,
            "generated_at": atlas.generated_at,
        }
        return json_file(path, {**head, **content})

    cells = {entry.cell.id: cell_data(entry) for entry in atlas.entries}
    for entry in atlas.entries:
        path = f"{BASE}/cell/{address.cell(entry.cell)}.json"
        yield document(path, cell=cells[entry.cell.id])
    yield document(
        "data.json",
        probe=atlas.report.probe,
        tool=harness.__version__,
        sample=frame.sample,
        license=LICENSE,
        questions={str(each): word.question for each, word in QUESTIONS.items()},
        cells=cells,
    )
    yield document(
        f"{BASE}/index.json",
        paths={path: about for path, (about, _) in PATHS.items()},
        cells=sorted(cells),
    )
    yield document(f"{BASE}/servers.json", servers=list(_servers(atlas)))
    for name in atlas.servers:
        newest = [
            cells[entry.cell.id]
            for (server, _), entry in sorted(atlas.newest.items())
            if server == name
        ]
        path = f"{BASE}/server/{address.segment(name)}.json"
        yield document(path, configurations=newest)
    yield document(f"{BASE}/measured.json", cells=measured_cells(atlas))
    yield document(f"{BASE}/questions.json", questions=list(map(_question, answered)))
    yield document(f"{BASE}/timelines.json", lines=atlas.lines)
    yield document(
        f"{BASE}/changes.json", changes=list(map(_change, changes.entries(atlas)))
    )
    yield document(
        f"{BASE}/unmeasured.json",
        asked_at=atlas.released.asked_at if atlas.released else None,
        packages=[each._asdict() for each in atlas.unmeasured],
    )
    yield json_file(f"{BASE}/openapi.json", _openapi(frame))
    yield text_file(table.PATH, table.table(atlas))
    yield json_file(f"{table.PATH}-metadata.json", table.description())
    yield text_file("_headers", HEADERS)


HEADERS = """/api/*
  Access-Control-Allow-Origin: *
/data.json
  Access-Control-Allow-Origin: *
/data.csv
  Access-Control-Allow-Origin: *
/data.csv-metadata.json
  Access-Control-Allow-Origin: *
/badge/*
  Access-Control-Allow-Origin: *
/embed/*
  Content-Security-Policy: frame-ancestors *
/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
"""
"""For hosts that read such a file; GitHub Pages allows every origin by itself."""


def json_file(path: str, content: object) -> File:
    """A file of JSON, always with the same order of keys."""
    compact = msgspec.json.encode(content, order="deterministic")
    return File(path, compact + b"\n")


def cell_data(entry: AtlasCell) -> dict[str, Any]:
    """A cell without its rounds, and where to find these."""
    cell = entry.cell
    data = {
        key: value
        for key, value in msgspec.to_builtins(cell).items()
        if key not in LEFT_OUT
    }
    return {
        **data,
        "number": number_of(cell),
        "word": str(cell.word),
        "page": address.cell_page(cell),
        "measured_at": entry.evidence.measured_at,
        "probe": entry.evidence.probe,
        "limit": entry.evidence.limit,
        "host": entry.evidence.host,
        "purls": [
            purl.purl("Flask", cell.flask),
            purl.purl(cell.server, cell.server_version),
        ],
        "evidence": {"path": entry.file.path, "sha256": entry.file.digest},
    }


def _servers(atlas: Atlas) -> Iterator[dict[str, Any]]:
    for name, entries in atlas.servers.items():
        yield {
            "name": name,
            "title": words.title(entries[0].cell),
            "page": address.server_page(name),
            "data": f"{BASE}/server/{address.segment(name)}.json",
            "feed": f"changes/{address.segment(name)}.atom",
            "releases": sorted({entry.cell.server_version for entry in entries}),
        }


def _question(page: QuestionPage) -> dict[str, Any]:
    return {
        "name": page.name,
        "asked": page.asked,
        "also": page.question.also,
        "answer": page.answer,
        "page": page.path,
        "cells": [cell.id for cell in page.cells.values()],
        "missing": page.missing,
    }


def _change(entry: changes.ChangeEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "package": entry.package,
        "release": entry.release,
        "server": entry.server,
        "configuration": entry.cell.configuration,
        "change": entry.mark.word,
        "sentence": entry.sentence,
        "cell": entry.cell.id,
        "measured_at": entry.measured_at,
    }


# -------------------------------------------------------------------------- OpenAPI


def _openapi(frame: Frame) -> dict[str, Any]:
    """A description by OpenAPI 3.1."""
    schemas = msgspec.json.schema_components(
        [CellReport, Line, MeasuredCell], ref_template="#/components/schemas/{name}"
    )[1]
    del schemas["CellReport"]["additionalProperties"]
    for key in LEFT_OUT:
        schemas["CellReport"]["properties"].pop(key, None)
    schemas["CellReport"]["required"] = [
        key for key in schemas["CellReport"]["required"] if key not in LEFT_OUT
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Flask Concurrency Matrix",
            "version": str(SCHEMA_VERSION),
            "description": "How many requests Flask deployments handle at the same "
            "time, as it was measured. Static files: no key, no limit.",
            "license": {"name": LICENSE, "identifier": LICENSE},
        },
        "servers": [{"url": frame.url.rstrip("/") or "."}],
        "paths": {path: _operation(path, *said) for path, said in PATHS.items()},
        "components": {"schemas": schemas},
    }


def _operation(path: str, about: str, keys: dict[str, Any]) -> dict[str, Any]:
    named = path.partition("{")[2].partition("}")[0]
    head = {
        "schema_version": {"type": "integer"},
        "generated_at": {"type": "string", "format": "date-time"},
    }
    properties = keys if path.startswith("/badge") else {**head, **keys}
    schema = {
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }
    answer = {
        "description": about,
        "content": {"application/json": {"schema": schema}},
    }
    get: dict[str, Any] = {
        "operationId": path.strip("/").replace("/", "-"),
        "summary": about,
        "responses": {"200": answer},
    }
    if named:
        get["parameters"] = [
            {
                "name": named,
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
            }
        ]
    return {"get": get}
