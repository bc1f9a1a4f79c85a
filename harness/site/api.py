"""Writes the contents of the site as JSON for programs, with a description."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import msgspec

import harness
from harness.report.words import QUESTIONS
from harness.site import address
from harness.site import change_pages
from harness.site import csv_table
from harness.site import purl
from harness.site.atlas import Atlas
from harness.site.atlas_cell import AtlasCell
from harness.site.measured import measured_cells
from harness.site.openapi import description
from harness.site.openapi import LEFT_OUT
from harness.site.openapi import PATHS
from harness.site.openapi import SCHEMA_VERSION
from harness.site.questions import QuestionPage
from harness.site.rendering import File
from harness.site.rendering import number_of
from harness.site.rendering import static
from harness.site.rendering import text_file
from harness.site.schema_org import LICENSE
from harness.site.site_context import SiteContext

BASE = "api/v1"


def files(site: SiteContext) -> Iterator[File]:
    """All files of data."""
    head = {"schema_version": SCHEMA_VERSION, "generated_at": site.generated_at}
    for path, content in _documents(site):
        yield json_file(path, {**head, **content})
    yield json_file(f"{BASE}/openapi.json", description(site))
    yield text_file(csv_table.PATH, csv_table.table(site.atlas))
    yield json_file(f"{csv_table.PATH}-metadata.json", csv_table.description())
    # Tells hosts that read this file to allow every origin; GitHub Pages does so
    # anyway.
    yield text_file("_headers", static("_headers"))


def _documents(site: SiteContext) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each document by its path, without the keys that all of them have."""
    atlas = site.atlas
    cells = {entry.cell.id: cell_data(entry) for entry in atlas.entries}
    for entry in atlas.entries:
        path = f"{BASE}/cell/{address.cell(entry.cell)}.json"
        yield path, {"cell": cells[entry.cell.id]}
    for name in atlas.servers:
        newest = [
            cells[entry.cell.id]
            for (server, _), entry in sorted(atlas.newest.items())
            if server == name
        ]
        path = f"{BASE}/server/{address.segment(name)}.json"
        yield path, {"configurations": newest}
    yield (
        "data.json",
        {
            "probe": atlas.report.probe,
            "tool": harness.__version__,
            "sample": site.sample,
            "license": LICENSE,
            "questions": {str(each): text.question for each, text in QUESTIONS.items()},
            "cells": cells,
        },
    )
    paths = {path: about for path, (about, _) in PATHS.items()}
    yield f"{BASE}/index.json", {"paths": paths, "cells": sorted(cells)}
    lists: dict[str, Iterable[object]] = {
        "servers": _servers(atlas),
        "questions": map(_question, site.answered),
        "changes": map(_change, change_pages.entries(atlas)),
    }
    for name, items in lists.items():
        yield f"{BASE}/{name}.json", {name: list(items)}
    yield f"{BASE}/measured.json", {"cells": measured_cells(atlas)}
    yield f"{BASE}/timelines.json", {"lines": atlas.lines}
    yield f"{BASE}/unmeasured.json", _unmeasured(atlas)


def json_file(path: str, content: object) -> File:
    """A file of JSON, always with the same order of keys."""
    compact = msgspec.json.encode(content, order="deterministic")
    return File(path, compact + b"\n")


def cell_data(entry: AtlasCell) -> dict[str, Any]:
    """A cell without its rounds, with the address of the rounds."""
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
            "title": atlas.titles[name],
            "page": address.server_page(name),
            "data": f"{BASE}/server/{address.segment(name)}.json",
            "feed": f"changes/{address.segment(name)}.atom",
            "releases": sorted({entry.cell.server_version for entry in entries}),
        }


def _unmeasured(atlas: Atlas) -> dict[str, Any]:
    return {
        "asked_at": atlas.released.asked_at if atlas.released else None,
        "packages": [each._asdict() for each in atlas.unmeasured],
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


def _change(entry: change_pages.ChangeEntry) -> dict[str, Any]:
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
