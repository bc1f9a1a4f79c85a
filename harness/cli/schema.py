"""Knows the JSON Schemas of the files that are published; must not know what they say.

Types and limits come from the records; the words come from their docstrings and from
those beneath their fields, so that the schema is the manual of ``report.json`` too.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from itertools import pairwise
from textwrap import dedent
from types import ModuleType
from typing import Any

import msgspec

from harness import deployment
from harness import expected
from harness import model


def report_schema() -> str:
    """The JSON Schema of ``report.json``, as it is published in ``schema/``."""
    title = "The report of a run of Flask Concurrency Matrix"
    return _schema(title, model.Report, model)


def deployment_schema() -> str:
    """The JSON Schema of ``concurrency.toml``, as it is published in ``schema/``."""
    return _schema("Deployments to check", deployment.Deployments, deployment)


def changes_schema() -> str:
    """The JSON Schema of ``changes.json``, as it is published in ``schema/``."""
    title = "What changed between two runs, and from release to release in one"
    return _schema(title, model.Changes, model)


def evidence_schema() -> str:
    """The JSON Schema of evidence, which is what a history is kept as."""
    title = "What was seen of one environment; in a history, of one cell"
    return _schema(title, model.Evidence, model)


def timeline_schema() -> str:
    """The JSON Schema of ``timeline.json``, as it is published in ``schema/``."""
    return _schema("What is known release by release", model.Timeline, model)


def bisection_schema() -> str:
    """The JSON Schema of ``bisection.json``, as it is published in ``schema/``."""
    return _schema("The release in which a number changed", model.Bisection, model)


def expected_schema() -> str:
    """The JSON Schema of ``expected.toml``, as it is published in ``schema/``."""
    return _schema("Changes that are expected", expected.Expected, expected)


SCHEMAS: dict[str, Callable[[], str]] = {
    "report": report_schema,
    "changes": changes_schema,
    "expected": expected_schema,
    "evidence": evidence_schema,
    "timeline": timeline_schema,
    "bisection": bisection_schema,
    "deployment": deployment_schema,
}
"""By the name of the file in ``schema/``."""


def _schema(title: str, kind: type, home: ModuleType) -> str:
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(kind),
    }
    for name, record in schema["$defs"].items():
        _describe(record, getattr(home, name))
    compact = msgspec.json.encode(schema)
    return msgspec.json.format(compact, indent=2).decode() + "\n"


def _describe(record: dict[str, Any], kind: type) -> None:
    """Add to each property of a record what is written beneath its field."""
    if inspect.getdoc(kind):
        record["description"] = " ".join(inspect.getdoc(kind).split())  # type: ignore[union-attr]
    spelled = _spelled(kind)
    for name, words in _words(kind).items():
        field = spelled.get(name, name)
        if field in record.get("properties", {}):
            record["properties"][field]["description"] = words


def _words(kind: type) -> dict[str, str]:
    """By field: the string that stands beneath it in the source."""
    tree = ast.parse(dedent(inspect.getsource(kind)))
    found = {}
    for above, below in pairwise(tree.body[0].body):  # type: ignore[attr-defined]
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=field)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[field] = " ".join(words.split())
    return found


def _spelled(kind: type) -> dict[str, str]:
    """By field: the key that it is written as."""
    if not issubclass(kind, msgspec.Struct):
        return {}
    return {each.name: each.encode_name for each in msgspec.structs.fields(kind)}
