"""How the cells of a report are arranged in rows and columns."""

import pytest

from harness.records.evidence import CellEvidence
from harness.records.plan import Environment
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.grid import lay_out
from harness.report.sections import findings
from tests.builders.rendered import behind_nginx
from tests.builders.rendered import measured
from tests.builders.rendered import sample
from tests.builders.rendered import together


def test_a_server_that_flask_pins_is_one_row() -> None:
    grid = lay_out(
        together(
            measured("0.12.5", "werkzeug", "0.16.1", "run"),
            measured("3.1.3", "werkzeug", "3.1.8", "run"),
        )
    )
    assert [(row.server, row.label) for row in grid.rows] == [
        ("Flask's own server", "run")
    ]
    assert None not in grid.rows[0].cells


def test_releases_of_a_server_under_one_flask_are_rows() -> None:
    grid = lay_out(
        together(
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4"),
            measured("3.1.3", "gunicorn", "20.1.0", "sync-4"),
            measured("0.12.5", "gunicorn", "20.1.0", "sync-4"),
        )
    )
    assert [row.server for row in grid.rows] == ["gunicorn 27.0.1", "gunicorn 20.1.0"]
    assert grid.rows[0].cells[0] is None


def test_releases_of_the_one_server_are_columns_under_one_flask() -> None:
    grid = lay_out(sample("history"))
    assert grid.columns == ("20.1.0", "23.0.0", "27.0.1")
    assert (grid.axis, grid.under) == ("gunicorn", "Flask 3.1.3")
    assert list(grid.groups()) == ["gunicorn"]
    assert [row.label for row in grid.rows] == [
        *("sync-4", "gthread-1x4-connections-4", "eventlet")
    ]
    assert not grid.has_gaps
    (note,) = findings.find_notes(grid)[Verdict.FEWER]
    assert str(note.where) == (
        "gunicorn 23.0.0 gthread-1x4-connections-4 on Flask 3.1.3"
    )


@pytest.mark.parametrize(
    "other",
    [
        measured("3.1.3", "werkzeug", "3.1.9", "run"),
        measured("2.3.3", "gunicorn", "27.0.1", "sync-4"),
    ],
)
def test_with_more_servers_the_columns_are_releases_of_flask(
    other: tuple[Environment, CellEvidence],
) -> None:
    several = [
        measured("3.1.3", "gunicorn", release, "sync-4") for release in ("23.0", "27.0")
    ]
    grid = lay_out(together(*several, other))
    assert (grid.axis, grid.under) == ("Flask", "")
    assert {"gunicorn 23.0", "gunicorn 27.0"} <= set(grid.groups())


def test_a_common_release_is_in_the_title() -> None:
    grid = lay_out(sample("story"))
    assert list(grid.groups()) == [
        "Flask's own server",
        "gunicorn 27.0.1",
        "gunicorn 25.3.0",
        "uWSGI 2.0.31",
    ]


@pytest.mark.parametrize("outcome", [Outcome.MEASURED, Outcome.NOT_SUPPORTED])
def test_a_proxy_in_front_is_in_the_title(outcome: Outcome) -> None:
    grid = lay_out(behind_nginx(outcome))
    assert {
        title: [row.label for row in rows] for title, rows in grid.groups().items()
    } == {
        "gunicorn 27.0.1": ["sync-4"],
        "nginx → gunicorn 27.0.1": ["nginx-sync-4"],
    }


def test_several_pythons_are_rows() -> None:
    grid = lay_out(
        together(
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4", "3.11"),
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4", "3.13"),
        )
    )
    assert [row.label for row in grid.rows] == ["sync-4 · py3.11", "sync-4 · py3.13"]


def test_columns_are_in_the_order_of_versions() -> None:
    releases = ["3.1.3", "0.9", "branch", "0.12.5", "2.3.3"]
    cells = [measured(release, "gunicorn", "27.0.1", "sync-4") for release in releases]
    assert lay_out(together(*cells)).columns == (
        *("0.9", "0.12.5", "2.3.3", "3.1.3"),
        "branch",
    )


def test_rows_keep_the_order_of_the_fullest_column() -> None:
    labels = [row.label for row in lay_out(sample("story")).rows]
    assert labels[5:9] == ["default", "sync-4", "gthread-1x4", "gthread-2x4"]
