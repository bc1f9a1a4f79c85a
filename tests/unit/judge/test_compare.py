"""How cells are paired with those of an earlier run."""

import re

import msgspec
import pytest

from harness.judge.compare import compare
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.errors import GateFailed
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import PROBE
from tests.builders.gate import gate
from tests.builders.reports import cell
from tests.builders.reports import EIGHT
from tests.builders.reports import elsewhere
from tests.builders.reports import even
from tests.builders.reports import report
from tests.builders.reports import SELDOM


def test_nothing_measured_with_another_probe_is_compared() -> None:
    both = report(EIGHT, cell(Outcome.DIED, 1))
    for each in compare(msgspec.structs.replace(both, probe=99), both).cells:
        assert each.change is Change.NOT_COMPARABLE
        assert f"measured with probe 99 before and {PROBE} now" in each.reason
    worse = report(even(4, 8), cell(Outcome.DIED, 1))
    changes = compare(msgspec.structs.replace(both, probe=99), worse)
    gate(report(EIGHT), FailOn.REGRESSION, changes)


def partners(before: list[CellReport], now: list[CellReport]) -> list[str | None]:
    """Return the earlier id for each present cell."""
    found = compare(report(*before), report(*now)).cells
    return [
        each.previous_id or (each.id if each.before else None)
        for each in found
        if each.now
    ]


def test_a_patch_release_of_flask_is_the_same_cell() -> None:
    before = [elsewhere(each, "1") for each in ("0.12.5", "3.1.2")]
    now = [elsewhere(each, "1") for each in ("0.12.5", "3.1.3")]
    assert partners(before, now) == [before[0].id, before[1].id]


def test_one_release_of_a_server_follows_another() -> None:
    before, now = [elsewhere("3.1.3", "1")], [elsewhere("3.1.3", "2", python="3.14")]
    assert partners(before, now) == [before[0].id]


def test_the_same_flask_is_preferred_to_another_of_its_series() -> None:
    before = [elsewhere("3.1.3", "1")]
    now = [elsewhere(each, "2") for each in ("3.1.3", "3.1.3+git.1a2b3c4")]
    assert partners(before, now) == [before[0].id, None]


def test_ambiguous_cells_are_not_paired() -> None:
    before = [elsewhere("3.1.3", each) for each in ("1", "2")]
    now = [elsewhere("3.1.3", each) for each in ("2", "3")]
    assert partners(before, now) == [before[1].id, None]
    flasks = [elsewhere(each, "1") for each in ("0.12.5", "3.1.3", "3.2.0")]
    assert partners(flasks[:2], flasks[1:]) == [flasks[1].id, None]


@pytest.mark.parametrize(
    ("flask", "server", "python"),
    [
        ("3.1.2", "2", "3.13"),
        ("2.3.3", "1", "3.13"),
        ("3.1.2", "2", "3.12"),
        ("2.3.3", "2", "3.12"),
    ],
)
def test_an_upgrade_is_compared_with_the_only_run_before_it(
    flask: str, server: str, python: str
) -> None:
    before = elsewhere(flask, server, python=python)
    like = elsewhere("3.1.3", "1")
    same = {name: getattr(like, name) for name in ("id", "flask", "configuration")}
    now = msgspec.structs.replace(even(4, 8), **same)
    (change,) = compare(report(before), report(now)).cells
    assert (change.previous_id, change.change) == (before.id, Change.FEWER)
    differ = {each.name: (each.before, each.now) for each in change.versions}
    if flask.startswith("2"):
        assert differ["Flask"] == (flask, "3.1.3")
    with pytest.raises(GateFailed, match=re.escape(now.id)):
        gate(report(now), FailOn.REGRESSION, compare(report(before), report(now)))


def test_several_releases_of_flask_are_never_confused() -> None:
    before = [elsewhere("2.3.3", "1")]
    now = [elsewhere(each, "1") for each in ("3.0.3", "3.1.3")]
    assert partners(before, now) == [None, None]
    found = compare(report(*before), report(*now)).cells
    assert [each.change for each in found] == [Change.NEW, Change.NEW, Change.GONE]


def test_changes_survive_a_round_trip() -> None:
    found = compare(report(EIGHT), report(SELDOM))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Changes) == found
