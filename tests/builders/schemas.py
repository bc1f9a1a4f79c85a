"""Validators of the published JSON Schemas."""

import functools
import json

import jsonschema

from harness.cli.schema import schema_of


@functools.cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator of one published schema. The schema itself is valid."""
    schema = json.loads(schema_of(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
