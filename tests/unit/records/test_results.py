"""Files appear whole, are read strictly, and a bad one does not cost the others."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from harness.records import results as store
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Built
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome
from harness.records.words import SCHEMA
from tests.samples.generate import story
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")
ONE = evidence(WHERE, [cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))])


def plan(*order: Evidence) -> Plan:
    """A plan of the environments of some evidence, without cells."""
    return Plan(
        environments=tuple(
            PlannedEnvironment(
                environment=each.environment, requirements=(), constraints=(), cells=()
            )
            for each in order
        )
    )


def test_evidence_comes_back_as_it_was(tmp_path: Path) -> None:
    for each in story():
        path = store.write_evidence(tmp_path, each)
        assert store.read_evidence_file(path) == each


def test_report_and_plan_come_back_as_they_were(tmp_path: Path) -> None:
    report = judge(story())
    assert store.read_report(store.write_report(tmp_path, report)) == report
    planned = plan(ONE)
    assert store.read_plan(store.write_plan(tmp_path, planned)) == planned


def test_files_are_stable_and_for_people(tmp_path: Path) -> None:
    installed = {"b": "2", "a": "1"}
    turned = dict(reversed(installed.items()))
    path = store.write_evidence(tmp_path, evidence(WHERE, [], installed=installed))
    first = path.read_text()
    assert first.endswith("}\n")
    assert '\n  "environment": {\n' in first
    store.write_evidence(tmp_path, evidence(WHERE, [], installed=turned))
    assert path.read_text() == first
    assert path.name == "flask-3.1.3+gunicorn-27.0.1+py3.11.json"


def test_a_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    store.write_text(tmp_path / "mine", "")
    assert (tmp_path / "mine").stat().st_mode == other.stat().st_mode


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.md"
    store.write_text(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"report\.md: .*No space left.*--results"):
        store.write_text(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.md"]


def test_what_has_no_encoding_is_spelled_out(tmp_path: Path) -> None:
    store.write_text(tmp_path / "a", "\udc80")
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
def test_a_bad_file_is_named_and_costs_no_other(name: str, tmp_path: Path) -> None:
    text, fault = BAD[name]
    store.write_evidence(tmp_path, ONE)
    bad = tmp_path / "evidence" / "bad.json"
    bad.write_bytes(text.encode("utf-8", "surrogateescape"))
    found, faults = store.read_evidence(tmp_path)
    assert found == [ONE]
    assert len(faults) == 1
    assert str(faults[0]).startswith(f"{bad}: ")
    assert "\n" not in str(faults[0])
    with pytest.raises(UsageError, match=fault):
        store.read_evidence_file(bad)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: cannot be read: No such file"):
        store.read_report(tmp_path / "none.json")


def test_no_evidence(tmp_path: Path) -> None:
    assert store.read_evidence(tmp_path) == ([], [])


def test_a_half_written_file_is_not_looked_at(tmp_path: Path) -> None:
    store.write_evidence(tmp_path, ONE)
    (tmp_path / "evidence" / ".x.json.1.part").write_text("{")
    assert store.read_evidence(tmp_path) == ([ONE], [])


def test_evidence_of_another_probe_is_read(tmp_path: Path) -> None:
    other = msgspec.structs.replace(ONE, probe=99)
    store.write_evidence(tmp_path, other)
    assert store.read_evidence(tmp_path) == ([other], [])


def test_order_is_that_of_the_plan(tmp_path: Path) -> None:
    several = story()
    store.begin(tmp_path, plan(*several))
    for each in reversed(several):
        store.write_evidence(tmp_path, each)
    assert store.read_evidence(tmp_path)[0] == several
    store.plan_path(tmp_path).unlink()
    by_name = sorted(several, key=lambda each: each.environment.slug)
    assert store.read_evidence(tmp_path)[0] == by_name


def test_of_two_measurements_of_a_cell_the_newer_counts() -> None:
    older = evidence(
        WHERE,
        [cell(WHERE, "default", 1), cell(WHERE, "sync-4", 4)],
        measured_at="2026-11-20T23:59:59+00:00",
    )
    gone = unmeasured(WHERE, "sync-4", Outcome.DIED, "it died")
    newer = evidence(WHERE, [gone], measured_at="2026-11-21T00:00:00+00:00")
    for order in ([older, newer], [newer, older]):
        cells = [c for each in store.newest_cells(order) for c in each.cells]
        assert {c.configuration: c.outcome for c in cells} == {
            "default": Outcome.MEASURED,
            "sync-4": Outcome.DIED,
        }


def test_evidence_without_a_cell_left_is_dropped() -> None:
    newer = msgspec.structs.replace(ONE, measured_at="2027-01-01T00:00:00+00:00")
    assert store.newest_cells([ONE, newer]) == [newer]


def test_each_piece_keeps_its_own_control() -> None:
    other = cell(WHERE, "default", 1, rounds(1, (1, 1)))
    uncontrolled = evidence(WHERE, [other], control=None)
    cells = judge(store.newest_cells([ONE, uncontrolled])).cells
    assert [each.outcome for each in cells] == [
        Outcome.MEASURED,
        Outcome.HARNESS_FAILED,
    ]


def test_beginning_keeps_the_run_before_and_no_more(tmp_path: Path) -> None:
    store.begin(tmp_path, plan(ONE))
    store.write_evidence(tmp_path, ONE)
    store.write_report(tmp_path, judge([ONE]))
    store.begin(tmp_path, plan())
    assert store.read_evidence(tmp_path) == ([], [])
    assert not store.report_path(tmp_path).exists()
    previous = tmp_path / "previous"
    assert store.read_evidence(previous) == ([ONE], [])
    assert store.read_report(store.report_path(previous)) == judge([ONE])
    store.begin(tmp_path, plan())
    assert store.read_evidence(previous) == ([], [])


def test_beginning_touches_nothing_of_others(tmp_path: Path) -> None:
    mine = tmp_path / "evidence" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    store.begin(tmp_path, plan())
    store.begin(tmp_path, plan())
    assert mine.read_text() == "mine"


def test_results_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--results"):
        store.begin(tmp_path / "file", plan())


# ---------------------------------------------------------------------------- wheels


def planned_with(wheel: str) -> Plan:
    """A plan that needs a wheel."""
    built = Built(package="Flask", version="1+git.a", origin="./flask", wheel=wheel)
    environment = PlannedEnvironment(
        environment=WHERE,
        requirements=(),
        built=(built,),
        constraints=(),
        cells=(),
    )
    return Plan(environments=(environment,))


def test_wheels_come_along_with_a_plan(tmp_path: Path) -> None:
    plan = planned_with("wheels/0a/flask.whl")
    there, here = tmp_path / "there" / "wheels" / "0a", tmp_path / "here"
    there.mkdir(parents=True)
    (there / "flask.whl").write_bytes(b"wheel")
    for _ in range(2):
        store.bring_wheels(plan, tmp_path / "there", here)
        assert (here / "wheels" / "0a" / "flask.whl").read_bytes() == b"wheel"
    store.bring_wheels(plan, here, here)


def test_a_wheel_that_did_not_come_along_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Flask 1.git.a from it: copy the folder"):
        store.bring_wheels(planned_with("wheels/0a/flask.whl"), tmp_path, tmp_path)


@pytest.mark.parametrize(
    "wheel", ["../flask.whl", "/wheels/0a/f.whl", "wheels/../f.whl"]
)
def test_a_plan_names_no_file_elsewhere(tmp_path: Path, wheel: str) -> None:
    store.write_plan(tmp_path, planned_with(wheel))
    with pytest.raises(UsageError, match="wheel"):
        store.read_plan(store.plan_path(tmp_path))
