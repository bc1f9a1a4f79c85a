"""Describes the site's data by OpenAPI 3.1."""

from typing import Any

import msgspec

from harness.records.report import CellReport
from harness.records.track import Line
from harness.site.explain import MeasuredCell
from harness.site.schema_org import LICENSE
from harness.site.site_context import SiteContext

SCHEMA_VERSION = 1
"""Version of the data; it goes up when a key changes its meaning or is removed."""

LEFT_OUT = {"rounds", "steered", "log_tail", "command", "front", "seconds", "tapes"}
"""Fields of a cell that are left to its evidence."""


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
        "All servers, and where to find more on each.",
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
"""Each file by path, with a description and the keys that not every file has."""


def description(site: SiteContext) -> dict[str, Any]:
    """The OpenAPI 3.1 description."""
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
        "servers": [{"url": site.url.rstrip("/") or "."}],
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
