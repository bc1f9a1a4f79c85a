"""Names of servers and cells are found, or get a suggestion."""

import pytest

from harness.plan.select import chosen_cells
from harness.plan.suggest import NoSuchCell
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from tests.builders.catalogs import REAL

NEWEST = [str(v) for v in REAL.matrix.flask if str(v).startswith("3.1.")][-1]


@pytest.mark.parametrize(
    ("text", "release"), [("3.1", NEWEST), ("3.1.1", "3.1.1"), ("3.1.dev1", "3.1.dev1")]
)
def test_a_series_means_its_newest_release(text: str, release: str) -> None:
    selection = Selection(flask=(text,), servers=("werkzeug",))
    assert {cell.flask for cell in chosen_cells(REAL, selection)} == {release}


@pytest.mark.parametrize(
    ("glob", "near"),
    [
        *(("sync-4", "*/sync-4/*"), ("gunicorn", "*/gunicorn-*"), ("x", None)),
        *(("synk-4", "*/sync-4/*"), ("gunicron", "*/gunicorn-*")),
    ],
)
def test_suggestions_for_a_glob_that_matches_nothing(
    glob: str, near: str | None
) -> None:
    with pytest.raises(NoSuchCell) as caught:
        chosen_cells(REAL, Selection(only=(glob,)))
    assert caught.value.near == ([near] if near else [])
    if near:
        assert chosen_cells(REAL, Selection(only=(near,)))


def test_a_release_of_flask_keeps_the_default_configurations() -> None:
    default = chosen_cells(REAL, Selection())
    usual = {(cell.server, cell.configuration) for cell in default}
    for flask in (NEWEST, "3.0.0"):
        cells = chosen_cells(REAL, Selection(flask=(flask,)))
        assert {cell.flask for cell in cells} == {flask}
        assert {(cell.server, cell.configuration) for cell in cells} == usual
    everything = chosen_cells(REAL, Selection(flask=(NEWEST,), everything=True))
    assert len(everything) > 2 * len(usual)


def test_a_configuration_in_place_of_a_server_gets_a_hint() -> None:
    with pytest.raises(UsageError) as caught:
        chosen_cells(REAL, Selection(servers=("gunicorn/gthread-2x4",)))
    only = "*/gunicorn-*/gthread-2x4/*"
    assert str(caught.value) == (
        "gunicorn/gthread-2x4 is a configuration, not a server; choose it with "
        f"--only '{only}'"
    )
    assert chosen_cells(REAL, Selection(only=(only,)))
