"""What a history stores, under which names, and how damaged files are reported."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.records import files
from harness.records.errors import Unreadable
from harness.records.evidence import Evidence
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.track import history
from tests.builders.schemas import validator
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds
from tests.samples.make import unmeasured

FROZEN = Path(__file__).parents[2] / "frozen"
WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def measured(number: int = 4, **other: Any) -> Evidence:
    """A measurement of one cell."""
    seen = rounds(number, (1, number), [number] * 8)
    return evidence(WHERE, [cell(WHERE, "gthread", number, seen)], **other)


def failed(outcome: Outcome, **other: Any) -> Evidence:
    """A measurement of one cell without a result."""
    return evidence(WHERE, [unmeasured(WHERE, "gthread", outcome, "so")], **other)


def test_each_cell_has_its_own_file_with_everything_it_needs(tmp_path: Path) -> None:
    both = evidence(
        WHERE,
        [cell(WHERE, name, 4, rounds(4, (1, 4), [4] * 8)) for name in ("a", "b")],
        tool="0.1.0",
    )
    paths = history.add(tmp_path, [both])
    assert [path.relative_to(tmp_path).parts[:3] for path in paths] == [
        ("gunicorn", name, "flask-3.1.3+gunicorn-27.0.1+py3.11") for name in ("a", "b")
    ]
    assert all(path.name.startswith("20261121T093000Z-") for path in paths)
    found, faults = history.read(tmp_path)
    assert not faults and [each.cells[0].configuration for each in found] == ["a", "b"]
    assert {(each.tool, each.probe, each.host) for each in found} == {
        ("0.1.0", PROBE, both.host)
    }
    assert [cell.ceiling for cell in judge(found).cells] == [4, 4]


def test_a_file_is_valid_and_small(tmp_path: Path) -> None:
    (path,) = history.add(tmp_path, [measured()])
    validator("evidence").validate(json.loads(path.read_text()))
    assert path.read_bytes().count(b"\n") == 1


def test_a_file_is_never_rewritten(tmp_path: Path) -> None:
    (path,) = history.add(tmp_path, [measured()])
    os.utime(path, (1, 1))
    assert not history.add(tmp_path, [measured()])
    assert path.stat().st_mtime == 1
    later = measured(3, measured_at="2026-12-01T00:00:00+00:00")
    assert len(history.add(tmp_path, [later])) == 1
    assert path.stat().st_mtime == 1
    found, _ = history.read(tmp_path)
    assert history.newest(found)[str(WHERE.cell("gthread"))] == later


def test_histories_can_be_merged_by_copying(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    history.add(one, [measured()])
    history.add(other, [measured(), measured(3)])
    shutil.copytree(other, one, dirs_exist_ok=True)
    found, faults = history.read(one)
    assert len(found) == 2 and not faults


def test_a_retryable_outcome_is_replaced_and_stored_once(
    tmp_path: Path,
) -> None:
    name = str(WHERE.cell("gthread"))
    history.add(tmp_path, [failed(Outcome.NOT_INSTALLED)])
    later = {"measured_at": "2026-12-01T00:00:00+00:00"}
    assert not history.add(tmp_path, [failed(Outcome.NOT_INSTALLED, **later)])
    assert history.is_retryable(history.newest(history.read(tmp_path)[0])[name])
    history.add(tmp_path, [measured()])
    history.add(tmp_path, [failed(Outcome.HARNESS_FAILED, **later)])
    assert history.newest(history.read(tmp_path)[0])[name] == measured()


def test_a_missing_requirement_is_not_stored(tmp_path: Path) -> None:
    assert not history.add(tmp_path, [failed(Outcome.NOT_SUPPORTED)])
    assert history.add(tmp_path, [failed(Outcome.NOT_STARTED)])


def test_measurements_of_another_probe_are_kept_and_ignored(tmp_path: Path) -> None:
    history.add(tmp_path, [measured(probe=PROBE + 1)])
    found, faults = history.read(tmp_path)
    assert len(found) == 1 and not faults
    assert not history.newest(found)


def test_names_of_others_stay_inside_the_folder(tmp_path: Path) -> None:
    odd = environment("../../x", "..", "1")
    one = cell(odd, "../../../etc", 1, rounds(1, (1, 1)), id="x")
    (path,) = history.add(tmp_path / "history", [evidence(odd, [one])])
    assert (tmp_path / "history") in path.resolve().parents


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:-30], "is not whole"),
        (lambda text: "", "is not whole"),
        (lambda text: "[1]", "is not a file of this project"),
        (lambda text: '{"schema": 99}', "has schema 99"),
        (
            lambda text: text.replace('"admitted":4', '"admitted":5'),
            "does not match the hash",
        ),
        (lambda text: text.replace('"probe":', '"x":1,"probe":'), "unknown field"),
    ],
)
def test_a_damaged_file_is_named_and_others_are_read(
    tmp_path: Path, damage: Any, words: str
) -> None:
    (path,) = history.add(tmp_path, [measured()])
    history.add(tmp_path, [measured(3)])
    path.write_text(damage(path.read_text()))
    found, (fault,) = history.read(tmp_path)
    assert [each.cells[0].declaration.declared for each in found] == [3]
    assert isinstance(fault, Unreadable) and fault.exit_code == 6
    assert str(path) in str(fault) and words in str(fault)
    assert "\n" not in str(fault)
    assert len(history.add(tmp_path, [measured()])) == 0, "it is left as it is"


def test_a_renamed_file_is_reported(tmp_path: Path) -> None:
    (path,) = history.add(tmp_path, [measured()])
    path.rename(path.with_name("mine.json"))
    _, (fault,) = history.read(tmp_path)
    assert "does not match the hash in its name" in str(fault)


@pytest.mark.parametrize("folder", sorted(FROZEN.iterdir()), ids=lambda p: p.name)
def test_files_of_an_older_release_are_read(folder: Path) -> None:
    found, faults = history.read(folder / "history")
    assert found and not faults
    names = [cell.id for each in found for cell in each.cells]
    assert names == ["flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11"]
    probe = history.latest_probe(found)
    assert probe < PROBE
    assert history.newest(found, probe).keys() == set(names)
    assert not history.newest(found), "it is measured again"


def test_an_older_schema_is_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is a hash of the stored bytes, so it stays valid."""
    history.add(tmp_path, [measured()])
    monkeypatch.setattr(files, "SCHEMA", 2)
    monkeypatch.setattr(files, "OLDER", {1: lambda file: {**file, "tool": "older"}})
    (found,), faults = history.read(tmp_path)
    assert found.tool == "older" and not faults


def test_a_missing_history_is_empty(tmp_path: Path) -> None:
    assert history.read(tmp_path / "nothing") == ([], [])


def test_msgspec_writes_the_same_bytes_for_the_same_measurement() -> None:
    """The names of files depend on it."""
    one = msgspec.json.encode(measured(), order="deterministic")
    again = msgspec.json.decode(one, type=Evidence)
    assert msgspec.json.encode(again, order="deterministic") == one
