"""Changes from one release to the next within one run, and their sentences."""

from collections.abc import Iterable

from harness.judge.changes import changes_in
from harness.judge.releases import between_releases
from harness.records.changes import Change
from harness.records.changes import ReleaseChange
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.report import Report
from harness.records.words import Outcome
from harness.report import contents
from harness.report import markdown
from harness.report import plain
from harness.report.sections import releases
from tests.samples.cases import story
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unmeasured


def sentence(change: ReleaseChange) -> str:
    return str(releases.sentence([change]))


def test_the_change_in_flask_1_0_is_found_and_no_other() -> None:
    (found,) = between_releases(judge(story()))
    assert sentence(found) == (
        "Flask 1.0.4 (after 0.12.5): Flask's own server run went from 1 at a time to "
        "unbounded"
    )
    assert found.change is Change.MORE
    assert found.cells == ("flask-1.0.4/werkzeug-0.16.1/run/py3.11",)


def of(
    environments: Iterable[tuple[Environment, CellEvidence]], **installed: str
) -> Report:
    """A report with one cell in each environment."""
    return judge(
        [
            evidence(
                where,
                [one],
                installed={**installed, where.server: where.server_version},
            )
            for where, one in environments
        ]
    )


def capped(flask: str, version: str, number: int) -> tuple[Environment, CellEvidence]:
    """A cell whose release of gunicorn declares 16, and the number it admitted."""
    where = environment(flask, "gunicorn", version)
    at = [offer(16, number, (4, 4)) for _ in range(6)]
    return where, cell(where, "gthread-4x4", 16, [*at, offer(32, number, (4, 4))])


def test_changes_of_a_server_name_flask_once() -> None:
    history = {"20.1.0": 16, "21.2.0": 12, "23.0.0": 12, "24.1.1": 16}
    found = between_releases(
        of(
            capped(flask, version, number)
            for flask in ("2.3.3", "3.1.3")
            for version, number in history.items()
        )
    )
    assert list(map(sentence, found)) == [
        "gunicorn 21.2.0 (after 20.1.0): gthread-4x4 went from 16 at once to 12 at "
        "once on Flask 2.3.3, 3.1.3",
        "gunicorn 24.1.1 (after 23.0.0): gthread-4x4 went from 12 at once to 16 at "
        "once on Flask 2.3.3, 3.1.3",
    ]
    assert [each.change for each in found] == [Change.FEWER, Change.MORE]


def test_removed_and_broken_cells_are_reported_with_a_reason() -> None:
    def one(version: str, outcome: Outcome | None, why: str = "") -> Evidence:
        where = environment("3.1.3", "gunicorn", version)
        seen = rounds(4, (4, 1))
        made = (
            unmeasured(where, "eventlet", outcome, why)
            if outcome
            else cell(where, "eventlet", 4, seen)
        )
        return evidence(where, [made])

    report = judge(
        [
            one("25.3.0", None),
            one("26.0.0", Outcome.HARNESS_FAILED, "says nothing"),
            one("27.0.1", Outcome.NOT_SUPPORTED, "Gunicorn 26 removed it"),
            one("24.0.0", Outcome.NOT_STARTED, "it exited with status 1"),
        ]
    )
    assert list(map(sentence, between_releases(report))) == [
        "gunicorn 25.3.0 (after 24.0.0): eventlet went from not started to 4 at once "
        "on Flask 3.1.3",
        "gunicorn 27.0.1 (after 25.3.0): eventlet went from 4 at once to not "
        "supported on Flask 3.1.3: Gunicorn 26 removed it",
    ]


def test_a_difference_by_chance_is_not_a_change() -> None:
    def uneven(flask: str, at: list[int]) -> tuple[Environment, CellEvidence]:
        where = environment(flask, "gunicorn", "27.0.1")
        return where, cell(where, "gthread-2x4", 8, rounds(8, (2, 4), at))

    report = of(
        [
            uneven("2.3.3", [8, 8, 8, 8, 8, 8]),
            uneven("3.0.3", [5, 8, 6, 8, 8, 7, 4, 8, 8, 6]),
            uneven("3.1.3", [8, 4, 4, 5, 8, 6, 4, 5, 8, 7]),
        ]
    )
    assert between_releases(report) == ()
    assert "From release to release" not in markdown.write(
        contents.page(report, changes_in(report))
    )


def test_other_changed_versions_are_named() -> None:
    first, second = (
        environment("1.1.4", "werkzeug", "1.0.1"),
        environment("2.0.3", "werkzeug", "2.0.3"),
    )
    report = of(
        [
            (first, cell(first, "run", 1, rounds(1, (1, 1)))),
            (second, cell(second, "run", 4, rounds(4, (4, 1)))),
        ]
    )
    (found,) = between_releases(report)
    assert sentence(found).endswith("(with Werkzeug 2.0.3 after 1.0.1)")


def test_configurations_that_change_alike_share_a_sentence() -> None:
    environments = []
    for flask, number in (("0.12.5", 1), ("1.0.4", 4)):
        where = environment(flask, "werkzeug", "0.16.1")
        cells = [cell(where, n, number, rounds(number, (1, number))) for n in "ab"]
        environments.append(evidence(where, cells))
    found = between_releases(judge(environments))
    assert len(found) == 2
    assert plain.write([releases.section(found)]).splitlines()[1:] == [
        "- Flask 1.0.4 (after 0.12.5): Flask's own server a, b went from 1 at a time "
        "to 4 at once"
    ]
    assert "`a`, `b` went" in markdown.write([releases.section(found)])
