"""Files are written atomically and read strictly; any fault is one error."""

import os
from pathlib import Path

import msgspec
import pytest

from harness.records import files
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.results import PLAN
from harness.records.results import read_evidence
from harness.records.results import read_plan
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.results import write_evidence
from harness.records.words import SCHEMA
from tests.builders.plans import plan_of
from tests.samples.cases import story
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds

WHERE = environment("3.1.3", "gunicorn", "27.0.1")
ONE = evidence(WHERE, [cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))])


def test_evidence_survives_a_round_trip(tmp_path: Path) -> None:
    for each in story():
        path = write_evidence(tmp_path, each)
        assert files.read(path, Evidence) == each


def test_report_and_plan_survive_a_round_trip(tmp_path: Path) -> None:
    report = judge(story())
    assert read_report(files.write(tmp_path / REPORT, report)) == report
    planned = plan_of(ONE)
    assert read_plan(files.write(tmp_path / PLAN, planned)) == planned


def test_files_are_stable_and_readable(tmp_path: Path) -> None:
    installed = {"b": "2", "a": "1"}
    turned = dict(reversed(installed.items()))
    path = write_evidence(tmp_path, evidence(WHERE, [], installed=installed))
    first = path.read_text()
    assert first.endswith("}\n")
    assert '\n  "environment": {\n' in first
    write_evidence(tmp_path, evidence(WHERE, [], installed=turned))
    assert path.read_text() == first
    assert path.name == "flask-3.1.3+gunicorn-27.0.1+py3.11.json"


def test_a_file_has_the_usual_permissions(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    files.write_text(tmp_path / "mine", "")
    assert (tmp_path / "mine").stat().st_mode == other.stat().st_mode


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.md"
    files.write_text(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"report\.md: .*No space left.*--results"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.md"]


def test_surrogates_are_escaped(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a", "\udc80")
    assert (tmp_path / "a").read_text() == "\\udc80"


WHOLE = msgspec.json.encode(ONE).decode()

BAD = {
    "empty": ("", "is not whole"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "is not whole"),
    "not JSON": ("<html>", "is not whole"),
    "not UTF-8": ("\udcff", "is not whole"),
    "foreign": ('{"name": "x"}', "not a file of this project: .*`schema`"),
    "a list": ("[]", "not a file of this project"),
    "unknown key": (
        WHOLE.replace('"limit":64', '"limit":64,"colour":"red"'),
        "unknown field `colour`",
    ),
    "wrong type": (
        WHOLE.replace('"asked":8', '"asked":"many"'),
        r"Expected `int`, got `str` - at `\$\.control\.rounds\[3\]\.asked`",
    ),
    "less than none": (
        WHOLE.replace('"admitted":4', '"admitted":-4'),
        r"Expected `int` >= 0 - at `\$\..*\.admitted`",
    ),
    "unknown word": (
        WHOLE.replace('"outcome":"measured"', '"outcome":"fine"'),
        r"'fine' - at `\$.*outcome`",
    ),
    "another schema": (
        WHOLE.replace(f'"schema":{SCHEMA}', '"schema":99,"new":1'),
        "has schema 99, and only 1 can be read; measure again",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_others_are_read(name: str, tmp_path: Path) -> None:
    text, fault = BAD[name]
    write_evidence(tmp_path, ONE)
    bad = tmp_path / "evidence" / "bad.json"
    bad.write_bytes(text.encode("utf-8", "surrogateescape"))
    found, faults = read_evidence(tmp_path)
    assert found == [ONE]
    assert len(faults) == 1
    assert str(faults[0]).startswith(f"{bad}: ")
    assert "\n" not in str(faults[0])
    with pytest.raises(UsageError, match=fault):
        files.read(bad, Evidence)


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: cannot be read: No such file"):
        read_report(tmp_path / "none.json")


@pytest.mark.parametrize("content", ['{"%s": 1}', '{"schema": 1, "%s": 1}'])
def test_a_key_of_any_length_makes_a_short_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(content % ("x" * 5000))
    with pytest.raises(UsageError) as caught:
        files.read(path, Evidence)
    assert "is not a file of this project" in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_may_have_the_encoding_of_its_byte_order_mark(
    encoding: str, tmp_path: Path
) -> None:
    """As those files have that PowerShell writes."""
    path = tmp_path / "requirements.txt"
    path.write_bytes("flask==3.0.3\n".encode(encoding))
    assert files.read_text(path) == "flask==3.0.3\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\xff", "byte 2 is not UTF-8"),
        (b"\xff\xfea", "byte 3 is not UTF-16-LE"),
    ],
)
def test_what_is_not_text_is_said_to_be_none(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        files.read_text(path)
