"""Reads records from TOML files that people write.

Whatever is in a file, reading it gives a record or one error that names the file, the
table, the key and a remedy.
"""

import functools
import re
import tomllib
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import TypeVar

import msgspec
from msgspec import inspect

from harness.records import text
from harness.records.errors import did_you_mean
from harness.records.errors import UsageError
from harness.records.files import read_text
from harness.records.words import Record

RecordType = TypeVar("RecordType", bound=Record)

_STEP = re.compile(r"\.([A-Za-z_-]+)|\[(\d+)\]")
_AT = " - at `"
_PATTERN = "matching regex"
CORRECT = "correct it"
"""The remedy if a record has none of its own for a key."""
_FIELD = re.compile(r"Object (contains unknown|missing required) field `(.*)`$", re.S)


class Misfit(Exception):
    """A value does not fit its record."""

    def __init__(self, table: str, key: str, problem: str) -> None:
        self.table = table
        """The table with the value, such as ``configuration sync-4``; may be empty."""
        self.key = key
        self.problem = problem
        """The problem and a remedy."""
        super().__init__(": ".join(filter(None, (table, key, problem))))


def read(
    path: Path, kind: type[RecordType], remedy: str = "check the path"
) -> RecordType:
    """Read a record. Raises ``UsageError``, with a ``remedy`` for a missing file."""
    try:
        return convert(parse(path, remedy), kind)
    except Misfit as misfit:
        raise UsageError(f"{path}: {misfit}") from None


def parse(path: Path, remedy: str = "check the path") -> dict[str, Any]:
    """The tables of a TOML file as they are. Raises ``UsageError``."""
    content = read_text(path, remedy)
    try:
        tables = tomllib.loads(content)
        for key, value in _values(tables):
            if problem := _unusable(value):
                raise UsageError(f"{path}: {key}: {problem}")
    except tomllib.TOMLDecodeError as problem:
        raise UsageError(f"{path}: is not TOML: {problem}; correct it") from None
    except ValueError:  # Python reads no number of so many digits
        raise UsageError(
            f"{path}: line {_longest_number(content)}: {_TOO_LARGE}"
        ) from None
    except RecursionError:
        raise UsageError(f"{path}: is nested too deep; correct it") from None
    return tables


_TOO_LARGE = "the number is too large; write a smaller one"


def _values(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in these tables, with its key."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield key, name
            yield from _values(each, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _values(each, f"{key}[{number}]")
    else:
        yield key, value


def _unusable(value: Any) -> str:
    """Why no key can take a value, and a remedy; empty if some key may."""
    if isinstance(value, str) and "\0" in value:
        return "a text has a null character; remove it"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return _TOO_LARGE
    return ""


def _longest_number(content: str) -> int:
    """The line, from 1 on, with the most digits in a row."""
    lengths = [
        max(map(len, re.findall(r"[0-9_]+", line)), default=0)
        for line in content.splitlines()
    ]
    return lengths.index(max(lengths)) + 1


def convert(tables: Any, kind: type[RecordType]) -> RecordType:
    """Make a record of the tables of a file. Raises ``Misfit``."""
    try:
        return msgspec.convert(tables, kind, dec_hook=_parsed)
    except msgspec.ValidationError as problem:
        raise _misfit(str(problem), tables, kind) from None


def _parsed(kind: type, value: object) -> object:
    """A version, a specifier or a requirement."""
    if not isinstance(value, str):
        raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
    try:
        return kind(value)
    except ValueError as error:
        raise ValueError(f"Expected `{kind.__name__}`, got {value!r}") from error


_structure = functools.cache(inspect.type_info)


def _misfit(message: str, tables: Any, kind: type[Record]) -> Misfit:
    """Translate a message of msgspec: ``Expected ... - at `$.series[0].flask```.

    Its path becomes the names of the tables and of the key.
    """
    problem, at_word, path = message.rpartition(_AT)
    problem, path = (problem, path) if at_word else (message, "")
    problem = text.shortened(problem, text.MOST_OF_A_VALUE)
    struct = _structure(kind)
    assert isinstance(struct, inspect.StructType)
    at: inspect.Type | None = struct
    inside: list[str] = []
    key = ""
    for name, index in _STEP.findall(path):
        if name:
            key, at, tables = name, _type_of(struct, name), _get(tables, name)
        else:
            at, tables = getattr(at, "item_type", at), _get(tables, int(index))
        if isinstance(at, inspect.StructType) and (index or isinstance(tables, dict)):
            struct = at
            inside.append(f"{key} {_label(tables, int(index) + 1)}" if index else key)
            key = ""
    table = ": ".join(inside)
    if field := _FIELD.match(problem):
        return Misfit(table, field[2], _about_field(field[1], field[2], struct))
    remedy = _remedy(struct, key, at)
    if _PATTERN in problem and remedy != CORRECT:  # a phrase that repeats the key
        problem = "is not valid"
    return Misfit(table, key, f"{problem[:1].lower()}{problem[1:]}; {remedy}")


def _about_field(what: str, name: str, struct: inspect.StructType) -> str:
    if what == "contains unknown":
        known = [field.encode_name for field in struct.fields]
        return f"is an unknown key; {did_you_mean(name, known)}"
    if _is_tables(_type_of(struct, name)):
        return f"is missing; add a [[{name}]]"
    return f"is missing; add {name} = …"


def _remedy(struct: inspect.StructType, key: str, kind: inspect.Type | None) -> str:
    if _is_tables(kind):
        return f"add a [[{key}]] and its keys below it"
    remedies: Mapping[str, str] = getattr(struct.cls, "remedies", {})
    return remedies.get(key, CORRECT)


def _is_tables(kind: inspect.Type | None) -> bool:
    return isinstance(getattr(kind, "item_type", None), inspect.StructType)


def _type_of(struct: inspect.StructType, name: str) -> inspect.Type | None:
    """The type of a key; of several types, the record."""
    types = (field.type for field in struct.fields if field.encode_name == name)
    first = next(types, None)
    kinds = first.types if isinstance(first, inspect.UnionType) else ()
    records = (kind for kind in kinds if isinstance(kind, inspect.StructType))
    return next(records, first)


def _get(value: Any, key: Any) -> Any:
    """The value at a place in the file that msgspec has already read."""
    return value[key] if isinstance(value, dict | list) else None


def _label(table: Any, number: int) -> str:
    """The name or the id of a table, else its number."""
    for key in ("name", "id"):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            return str(table[key])
    return str(number)
