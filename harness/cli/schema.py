"""The verb ``schema``, and the JSON Schemas of the files that are published.

Types and limits come from the records, descriptions from their docstrings and those of
their fields. So the schema is also the manual of ``report.json``.
"""

import ast
import functools
import inspect
import sys
from itertools import pairwise
from textwrap import dedent
from typing import Any

import msgspec
import msgspec.inspect

from harness.deployment.config import Deployments
from harness.judge.expected import Expected
from harness.records.changes import Changes
from harness.records.declares import Places
from harness.records.evidence import Evidence
from harness.records.report import Report
from harness.records.track import Bisection
from harness.records.track import Timeline
from harness.records.words import Record
from harness.records.words import Result

PUBLISHED: dict[str, tuple[str, type]] = {
    "report": ("The report of a run of Flask Concurrency Matrix", Report),
    "changes": (
        "What changed between two runs, and from release to release in one",
        Changes,
    ),
    "expected": ("Changes that are expected", Expected),
    "evidence": (
        "What was seen of one environment; in a history, of one cell",
        Evidence,
    ),
    "timeline": ("What is known release by release", Timeline),
    "bisection": ("The release in which a number changed", Bisection),
    "deployment": ("Deployments to check", Deployments),
    "declares": ("What the files of a repository declare", Places),
}
"""All published schemas by the name of their file in ``schema/``: the title, and the
record that such a file is read into."""


def schema(which: str) -> int:
    """Print the JSON Schema of a file."""
    sys.stdout.write(schema_of(which))
    return 0


def schema_of(which: str) -> str:
    """The JSON Schema of one published file, as text; ``which`` is in ``PUBLISHED``."""
    title, kind = PUBLISHED[which]
    made: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(kind),
    }
    classes = _classes(msgspec.inspect.type_info(kind))
    for name, record in made["$defs"].items():
        _describe(record, classes[name])
    compact = msgspec.json.encode(made)
    return msgspec.json.format(compact, indent=2).decode() + "\n"


def _classes(info: object) -> dict[str, type]:
    """Every class that a type is made of, itself included, by name."""
    classes: dict[str, type] = {}
    waiting = [info]
    while waiting:
        each = waiting.pop()
        if isinstance(each, msgspec.inspect.StructType | msgspec.inspect.EnumType):
            if each.cls.__name__ in classes:
                continue
            classes[each.cls.__name__] = each.cls
        if isinstance(each, msgspec.inspect.Type | msgspec.inspect.Field):
            waiting += (getattr(each, name) for name in each.__struct_fields__)
        elif isinstance(each, tuple):
            waiting += each
    return classes


def _describe(record: dict[str, Any], kind: type) -> None:
    """Add the docstring of each field of a record to its property in the schema."""
    if inspect.getdoc(kind):
        record["description"] = " ".join(inspect.getdoc(kind).split())  # type: ignore[union-attr]
    is_record = issubclass(kind, msgspec.Struct)
    fields = msgspec.structs.fields(kind) if is_record else ()
    spelled = {field.name: field.encode_name for field in fields}
    for base in reversed(kind.__mro__):
        for name, words in _words(base).items():
            field = spelled.get(name, name)
            if field in record.get("properties", {}):
                record["properties"][field]["description"] = words


@functools.cache
def _words(kind: type) -> dict[str, str]:
    """Docstrings of the fields that a record itself declares, by name."""
    if not issubclass(kind, Result | Record):
        return {}
    tree = ast.parse(dedent(inspect.getsource(kind)))
    descriptions = {}
    for above, below in pairwise(tree.body[0].body):  # type: ignore[attr-defined]
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=field)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                descriptions[field] = " ".join(words.split())
    return descriptions
