"""What is a change and what is none."""

from __future__ import annotations

import msgspec
import pytest

from harness.judge.compare import compare
from harness.judge.gate import FailOn
from harness.judge.gate import gate
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import markdown
from harness.report import plain
from harness.report.sections.changes import section
from tests.builders.reports import at
from tests.builders.reports import cell
from tests.builders.reports import DIED
from tests.builders.reports import EIGHT
from tests.builders.reports import even
from tests.builders.reports import FAILED
from tests.builders.reports import HOST
from tests.builders.reports import NEVER
from tests.builders.reports import OFTEN
from tests.builders.reports import report
from tests.builders.reports import SELDOM
from tests.builders.reports import singly
from tests.builders.reports import unbounded
from tests.builders.reports import UNSUPPORTED
from tests.builders.reports import WHERE
from tests.samples import make


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        # Every round the same: exactly.
        (EIGHT, EIGHT, Change.SAME),
        (EIGHT, even(7, 8), Change.FEWER),
        (EIGHT, even(4, 8), Change.FEWER),
        (EIGHT, at(8, *[8] * 6, above=9), Change.MORE),
        (even(1), even(4), Change.MORE),
        (EIGHT, even(4), Change.FEWER),
        # Always before, and hardly ever now: too unlikely for chance.
        (EIGHT, NEVER, Change.FEWER),
        (EIGHT, SELDOM, Change.FEWER),
        (NEVER, EIGHT, Change.MORE),
        # One that often is at its best may be so six times in a row.
        (EIGHT, OFTEN, Change.SAME),
        (OFTEN, EIGHT, Change.SAME),
        (OFTEN, at(8, *[8] * 7, 7, 7, 7), Change.SAME),
        (SELDOM, NEVER, Change.SAME),
        # The most that was ever seen is another.
        (at(8, 5, 7, 6, 8, 5, 7, 8, 6, 8, 5), at(8, 4, 2, 3, 4, 4, 2, 3, 4, 4, 2),
         Change.FEWER),
        (at(8, 4, 2, 3, 4, 4, 2, 3, 4, 4, 2), at(8, 5, 7, 6, 8, 5, 7, 8, 6, 8, 5),
         Change.MORE),
        (at(8, *[5, 7, 6, 5, 7] * 2), at(8, *[5, 7, 6, 5] * 2, 7, 8), Change.SAME),
        # A number that was always there, and never reached again, however few rounds.
        (even(1000), at(1000, 700, 400, above=700), Change.FEWER),
        (at(1000, 700, 400, above=700), even(1000), Change.MORE),
        # How often one that never is what it declares is at its best: the load decides.
        (even(4, 8), at(8, 2, 3, 2, 3, 2, 2, 3, 2, 2, 3, above=4), Change.SAME),
        # It declares another number.
        (SELDOM, at(16, *range(4, 14), above=16, more=12), Change.NOT_COMPARABLE),
        (at(8, *[5, 7] * 5, above=8, more=12),
         at(16, *range(4, 14), above=16, more=12), Change.MORE),
        (SELDOM, at(16, 4, 5, 6, 7, 8), Change.NOT_COMPARABLE),
        # Lower bounds.
        (unbounded(), unbounded(), Change.SAME),
        (even(1), unbounded(), Change.MORE),
        (unbounded(), even(10), Change.FEWER),
        (unbounded(), even(64), Change.NOT_COMPARABLE),
        # One after another: as few every time, or once.
        (singly(2, 1, 1, 1), singly(2, 2), Change.MORE),
        (singly(2, 2), singly(2, 1, 1, 1), Change.FEWER),
        (singly(2, 1), singly(2, 2), Change.SAME),
        # Too few rounds for either answer.
        (at(1000, 1000, 1000), at(1000, 1000, 998), Change.NOT_COMPARABLE),
        (cell(Verdict.UNKNOWN), EIGHT, Change.NOT_COMPARABLE),
        # By what happened.
        (EIGHT, DIED, Change.BROKE),
        (DIED, EIGHT, Change.RECOVERED),
        (DIED, DIED, Change.SAME),
        (EIGHT, FAILED, Change.NOT_COMPARABLE),
        (FAILED, EIGHT, Change.NOT_COMPARABLE),
        (FAILED, DIED, Change.NOT_COMPARABLE),
        (UNSUPPORTED, EIGHT, Change.NEW),
        (EIGHT, UNSUPPORTED, Change.GONE),
        (UNSUPPORTED, UNSUPPORTED, Change.SAME),
        (None, EIGHT, Change.NEW),
        (EIGHT, None, Change.GONE),
    ],
)  # fmt: skip
def test_one_cell(
    before: CellReport | None, now: CellReport | None, change: Change
) -> None:
    def of(one: CellReport | None) -> tuple[CellReport, ...]:
        return (one,) if one else ()

    (found,) = compare(report(*of(before)), report(*of(now))).cells
    assert found.change is change, found.reason
    assert found.reason
    assert (found.before is None, found.now is None) == (before is None, now is None)


def test_both_numbers_and_the_chance_are_told() -> None:
    (found,) = compare(report(EIGHT), report(SELDOM)).cells
    assert found.before and found.now
    assert (found.before.said, found.now.said) == ("8", "up to 8")
    assert found.chance == pytest.approx(7 / 8008)
    assert found.reason == (
        "8 before; now 2 to 8: 8 of 8 in 6 of 6 rounds before and 1 of 10 now "
        "(p = 0.0009)"
    )
    (same,) = compare(report(OFTEN), report(EIGHT)).cells
    assert same.chance and same.chance > 0.1
    assert "which chance explains" in same.reason


def test_the_more_are_uneven_the_more_it_takes() -> None:
    def many(one: CellReport) -> Report:
        ids = [f"flask-3.1.3/server-1/c{n}/py3.13" for n in range(40)]
        return report(*(msgspec.structs.replace(one, id=i) for i in ids))

    def with_first(first: CellReport) -> Report:
        rest = many(OFTEN).cells[1:]
        changed = msgspec.structs.replace(first, id=many(OFTEN).cells[0].id)
        return report(changed, *rest)

    other = at(8, *[8] * 6, 7, 7, 7, 7)
    now = report(with_first(SELDOM).cells[0], *many(other).cells[1:])
    assert compare(with_first(EIGHT), now).cells[0].change is Change.SAME
    assert compare(report(EIGHT), report(SELDOM)).cells[0].change is Change.FEWER


# -------------------------------------------------------------------- not comparable


def test_another_limit_matters_where_no_end_was_found() -> None:
    other = msgspec.structs.replace(EIGHT, id="flask-3.1.3/server-1/c1/py3.13")
    before = report(unbounded(), other)
    now = msgspec.structs.replace(report(unbounded(100), other), limit=100)
    first, second = compare(before, now).cells
    assert first.change is Change.NOT_COMPARABLE
    assert "another limit was tried: at least 64 before; now at least 100" in (
        first.reason
    )
    assert second.change is Change.SAME
    fell = msgspec.structs.replace(report(even(10)), limit=100)
    assert compare(report(unbounded()), fell).cells[0].change is Change.FEWER


def test_nothing_measured_with_another_probe_is_compared() -> None:
    both = report(EIGHT, cell(Outcome.DIED, 1))
    for each in compare(msgspec.structs.replace(both, probe=99), both).cells:
        assert each.change is Change.NOT_COMPARABLE
        assert "measured with probe 99 before and 1 now" in each.reason
    worse = report(even(4, 8), cell(Outcome.DIED, 1))
    changes = compare(msgspec.structs.replace(both, probe=99), worse)
    gate(report(EIGHT), FailOn.REGRESSION, changes)


def test_another_number_of_processors_matters_to_some() -> None:
    bigger = msgspec.structs.replace(HOST, processors=64)

    def change(before: CellReport, now: CellReport) -> tuple[Change, str]:
        there = msgspec.structs.replace(report(now), host=bigger)
        (found,) = compare(report(before), there).cells
        return found.change, found.reason

    # Set by its options: compared, and it is said.
    word, reason = change(EIGHT, even(4, 8))
    assert word is Change.FEWER
    assert "2 processors before and 64 now, which its number does not" in reason
    # A formula gave it another number.
    word, reason = change(even(6), even(32))
    assert word is Change.NOT_COMPARABLE
    assert "declared number depends on the machine" in reason
    word, reason = change(NEVER, EIGHT)
    assert word is Change.NOT_COMPARABLE
    assert "uneven it is depends on the machine" in reason
    machine = compare(report(), msgspec.structs.replace(report(), host=bigger)).machine
    assert [(each.name, each.now) for each in machine] == [("processors", "64")]


# -------------------------------------------------------------- cells and versions


def elsewhere(
    flask: str, server_version: str, configuration: str = "c0", python: str = "3.13"
) -> CellReport:
    """The same cell with other releases."""
    where = make.environment(flask, "server", server_version, python)
    return msgspec.structs.replace(
        EIGHT,
        id=str(where.cell(configuration)),
        flask=flask,
        server_version=server_version,
        configuration=configuration,
        python=python,
    )


def partners(before: list[CellReport], now: list[CellReport]) -> list[str | None]:
    """The id before of each cell of now."""
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


def test_the_same_flask_goes_before_another_of_its_series() -> None:
    before = [elsewhere("3.1.3", "1")]
    now = [elsewhere(each, "2") for each in ("3.1.3", "3.1.3+git.1a2b3c4")]
    assert partners(before, now) == [before[0].id, None]


def test_what_could_be_mistaken_is_not_paired() -> None:
    before = [elsewhere("3.1.3", each) for each in ("1", "2")]
    now = [elsewhere("3.1.3", each) for each in ("2", "3")]
    assert partners(before, now) == [before[1].id, None]
    flasks = [elsewhere(each, "1") for each in ("0.12.5", "3.1.3", "3.2.0")]
    assert partners(flasks[:2], flasks[1:]) == [flasks[1].id, None]


def installed(**versions: str) -> tuple[EnvironmentReport, ...]:
    """What the one environment has."""
    return (
        EnvironmentReport(
            id=str(WHERE),
            installed=versions,
            control=Outcome.MEASURED,
            control_reason="",
        ),
    )


def written(changes: Changes) -> tuple[str, str]:
    """Changes as Markdown and as lines."""
    return markdown.write([section(changes)]), plain.write([section(changes)])


def test_the_versions_that_differ_are_told() -> None:
    old = installed(
        Flask="3.1.3", werkzeug="3.1.3", click="8.1", python="3.13.1", a="1"
    )
    new = installed(
        flask="3.1.3", Werkzeug="3.1.4", click="8.3", python="3.13.2", b="1"
    )
    found = compare(
        msgspec.structs.replace(report(EIGHT), environments=old),
        msgspec.structs.replace(report(even(4, 8)), environments=new),
    )
    assert [(v.name, v.before, v.now) for v in found.cells[0].versions] == [
        ("Python", "3.13.1", "3.13.2"),
        ("Werkzeug", "3.1.3", "3.1.4"),
        ("a", "1", None),
        ("b", None, "1"),
        ("click", "8.1", "8.3"),
    ]
    for text in written(found):
        assert "everywhere: Python 3.13.2 (was 3.13.1), Werkzeug 3.1.4" in text
        assert "a gone (was 1), b 1 (was not there)" in text
        assert "8 before; now 4\n" in text, "not once more for each cell"


def test_changes_are_told_and_what_is_the_same_is_counted() -> None:
    before = report(EIGHT, cell(Verdict.MORE, 1))
    now = report(NEVER, cell(Verdict.MORE, 1))
    for text in written(compare(before, now)):
        assert "the run of 2026-01-01T00:00:00+00:00: 1 same, 1 fewer" in text
        assert "8 before; now 2 to 8" in text
        assert "c1" not in text


def test_names_of_others_cannot_forge_a_line() -> None:
    evil = msgspec.structs.replace(EIGHT, id="x\n- [a](javascript:b)\n::error::c")
    found = compare(report(evil), report())
    text, lines = written(found)
    assert "\n- [a]" not in text and "\n::error" not in text
    assert "\n::error" not in lines


def test_changes_can_be_read_back() -> None:
    found = compare(report(EIGHT), report(SELDOM))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Changes) == found


def test_versions_that_differ_for_some_cells_are_told_with_these() -> None:
    def both(flask: str, werkzeug: str) -> Report:
        other = elsewhere("3.0.3", "1", "c1")
        ids = (str(WHERE), "flask-3.0.3/server-1/py3.13")
        environments = [
            msgspec.structs.replace(installed(werkzeug=each)[0], id=id_)
            for id_, each in zip(ids, (werkzeug, "3.0.0"), strict=True)
        ]
        found = report(EIGHT if flask == "a" else even(4, 8), other)
        return msgspec.structs.replace(found, environments=tuple(environments))

    text, _ = written(compare(both("a", "3.1.3"), both("b", "3.1.4")))
    assert "everywhere" not in text
    assert "8 before; now 4. With Werkzeug 3.1.4 (was 3.1.3)\n" in text
