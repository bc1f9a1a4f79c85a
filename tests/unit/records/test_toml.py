"""A wrong value in TOML is reported with its table, its key and a remedy."""

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from harness.judge.expected import Expected
from harness.records import toml
from harness.records.errors import UsageError
from harness.records.words import PositiveInt
from harness.records.words import Record


class Inner(Record, frozen=True, kw_only=True):
    """A table within a table."""

    count: PositiveInt = 1


class Entry(Record, frozen=True, kw_only=True):
    """A table that a file may repeat."""

    remedies = {"long-name": "write a word"}

    id: str
    long_name: Annotated[str, msgspec.Meta(min_length=1)] = "x"
    env: dict[str, str] = {}
    inner: tuple[Inner, ...] = ()


class File(Record, frozen=True, kw_only=True):
    """A file."""

    entry: tuple[Entry, ...]


A = {"id": "a"}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, "entry: is missing; add a [[entry]]"),
        ({"entry": 3}, "entry: expected `array`, got `int`; add a [[entry]] and its "),
        ({"entry": [A], "entri": 1}, "entri: is an unknown key; did you mean entry?"),
        ({"entry": [A, {}]}, "entry 2: id: is missing; add id = …"),
        ({"entry": [{**A, "long-name": ""}]}, "entry a: long-name: .*; write a word"),
        (
            {"entry": [{**A, "env": {"A": 1}}]},
            "entry a: env: expected `str`, got `int`",
        ),
        (
            {"entry": [{**A, "inner": [{"count": 0}]}]},
            "entry a: inner 1: count: expected `int` >= 1; correct it",
        ),
        ({"entry": [[]]}, "entry 1: expected `object`, got `array`; correct it"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(
    tables: dict[str, object], words: str
) -> None:
    with pytest.raises(toml.Misfit) as caught:
        toml.convert(tables, File)
    start, _, end = words.partition(".*")
    assert str(caught.value).startswith(start)
    assert end in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x = " + b"[" * 100_000, "is nested too deep; correct it"),
        (b"a = 1\nx = " + b"9" * 5_000, "line 2: the number is too large; write a"),
        (b"[t]\nx = [1, " + b"9" * 30 + b"]", r"t.x\[2\]: the number is too large"),
        (b"x = '\xff'", "is not text: byte 6 is not UTF-8; correct it"),
        (b'x = "\\u0000"', "x: a text has a null character; remove it"),
        (b"x = '\\u0000'", "x: is an unknown key"),
        (b"x = 2020-13-01", "is not TOML: "),
    ],
)
def test_text_that_is_not_toml_is_refused_with_its_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(UsageError, match=f"x.toml: {words}"):
        toml.read(tmp_path / "x.toml", Expected)
