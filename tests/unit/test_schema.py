"""The published schema is current, and a report keeps to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from harness.judge import judge
from harness.schema import report_schema
from tests.samples.generate import CASES

PUBLISHED = Path(__file__).parents[2] / "schema" / "report.schema.json"
SCHEMA: dict[str, Any] = json.loads(report_schema())


def as_json(case: str) -> Any:
    """The report of a sample case as any reader of JSON sees it."""
    return json.loads(msgspec.json.encode(judge(CASES[case]())))


def test_what_is_published_is_current() -> None:
    assert PUBLISHED.read_text() == report_schema(), (
        "write it anew: python -m harness schema > schema/report.schema.json"
    )


@pytest.mark.parametrize("case", CASES)
def test_every_sample_report_keeps_to_it(case: str) -> None:
    report = as_json(case)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_it_refuses_what_it_does_not_know() -> None:
    report = as_json("single") | {"colour": "red"}
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_it_explains_the_fields_that_need_it() -> None:
    cell = SCHEMA["$defs"]["CellReport"]["properties"]
    assert cell["floor"]["description"].startswith("The least admitted")
    assert "anyOf" in cell["floor"]
