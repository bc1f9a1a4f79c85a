"""``schema/``, and ``docs/files.md``, which describes the schemas in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec

from harness.cli.schema import PUBLISHED
from harness.cli.schema import schema_of

from .blocks import ROOT
from .blocks import table

PAGE = ROOT / "docs" / "files.md"
SCHEMAS = ROOT / "schema"

HEAD = """\
# Files

<!-- Made of schema/: nox -s docs -->

You write two files, `concurrency.toml` and `expected.toml`. All others are written for
you, most of them in `results/`. Each has a JSON Schema: `flask-concurrency schema NAME`
prints it. An unknown key is an error. If a key ever changes its meaning, the number
`schema` in the file goes up. A key with *?* may be left out."""


class File(NamedTuple):
    """A file that the page describes."""

    schema: str
    name: str
    what: str


FILES = (
    File(
        "deployment",
        "concurrency.toml",
        "Deployments of your own, which `check` measures. [More about "
        "it](deployments.md#the-file).",
    ),
    File(
        "expected",
        "expected.toml",
        "Changes that are expected, so that they fail nothing. [More about "
        "it](tracking.md).",
    ),
    File("report", "results/report.json", "The findings of a run."),
    File(
        "changes",
        "results/changes.json",
        "What changed since the baseline, and from release to release.",
    ),
    File(
        "evidence",
        "results/evidence/*.json",
        "What was seen in one environment, every round of it, without interpretation. "
        "Histories of `track` have the same.",
    ),
    File("timeline", "timeline.json", "A configuration release by release."),
    File("bisection", "results/bisection.json", "What `bisect` found."),
    File("declares", "declares --output-format json", "Every place that declares."),
)


def page() -> str:
    """Return the whole page."""
    known = {file.schema for file in FILES}
    there = {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")}
    assert known == there, "each schema has an entry in docs/make/files.py"
    return "\n\n".join([HEAD, _list(), *(p for f in FILES for p in _file(f))]) + "\n"


def save() -> None:
    """Write the schemas and the page."""
    for name in PUBLISHED:
        (SCHEMAS / f"{name}.schema.json").write_text(schema_of(name))
    PAGE.write_text(page())


def _list() -> str:
    rows = (
        (
            f"`{file.name}`",
            file.what,
            f"[`{file.schema}`](../schema/{file.schema}.schema.json)",
        )
        for file in FILES
    )
    return table(("file", "", "schema"), rows).rstrip()


def _file(file: File) -> Iterator[str]:
    path = Path(SCHEMAS, f"{file.schema}.schema.json")
    schema: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    yield f"## {file.schema}"
    yield f"`{file.name}`: {file.what}"
    records = schema["$defs"]
    first = schema["$ref"].rpartition("/")[2]
    for name in (first, *(record for record in records if record != first)):
        if "properties" in records[name]:
            yield _record(name, records[name])


def _record(name: str, record: dict[str, Any]) -> str:
    needed = record.get("required", ())
    rows = (
        (
            f"`{key}`" if key in needed else f"`{key}`&nbsp;*?*",
            _type(each),
            each.get("description", "").replace("``", "`"),
        )
        for key, each in record["properties"].items()
    )
    return table((f"`{name}`", "type", ""), rows).rstrip()


def _type(each: dict[str, Any]) -> str:
    """Return the type of a value, in a few words."""
    if "$ref" in each:
        return f"`{each['$ref'].rpartition('/')[2]}`"
    for several in ("anyOf", "oneOf"):
        if several in each:
            return " or ".join(dict.fromkeys(map(_type, each[several])))
    if "enum" in each:
        return ", ".join(f"`{value}`" for value in each["enum"])
    kind = each.get("type", "anything")
    if kind == "array":
        inside = each.get("items") or {}
        return f"list of {_type(inside)}" if inside else "list"
    return str(kind)
