"""The published schemas are current, and reports are valid."""

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from harness.cli.schema import PUBLISHED
from harness.cli.schema import schema_of
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from tests.builders.schemas import validator
from tests.samples.cases import CASES
from tests.samples.make import judge

FOLDER = Path(__file__).parents[3] / "schema"


@functools.cache
def report_schema() -> Any:
    """The schema of a report."""
    return json.loads(schema_of("report"))


def as_json(case: str) -> Any:
    """Return the report of a sample case as plain JSON data."""
    return json.loads(msgspec.json.encode(judge(CASES[case]())))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_schemas_are_current(name: str) -> None:
    path = FOLDER / f"{name}.schema.json"
    assert path.read_text() == schema_of(name), (
        f"write it anew: python -m harness schema {name} > schema/{path.name}"
    )


def test_changes_are_valid() -> None:
    before, now = judge(CASES["failures"]()), judge(CASES["story"]())
    found = changes_in(now, Baseline(before))
    assert found.cells and found.releases
    validator("changes").validate(json.loads(msgspec.json.encode(found)))


def test_expected_changes_are_valid() -> None:
    entry = {"cell": "*", "from": 8, "to": "up to 8", "why": "w", "link": "https://a"}
    expected = validator("expected")
    expected.validate({"change": [entry]})
    for wrong in ({"to": 0}, {"to": "some"}, {"link": "http://a"}, {"form": 8}):
        with pytest.raises(jsonschema.ValidationError):
            expected.validate({"change": [entry | wrong]})


@pytest.mark.parametrize("case", CASES)
def test_every_sample_report_is_valid(case: str) -> None:
    validator("report").validate(as_json(case))


def test_an_unknown_key_is_invalid() -> None:
    report = as_json("single") | {"colour": "red"}
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        validator("report").validate(report)


def test_fields_have_descriptions() -> None:
    cell = report_schema()["$defs"]["CellReport"]["properties"]
    assert cell["floor"]["description"].startswith("The least admitted")
    assert "anyOf" in cell["floor"]
