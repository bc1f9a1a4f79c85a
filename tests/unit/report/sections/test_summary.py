"""The summary of a report in a few sentences."""

import msgspec
import pytest

from harness.records.evidence import Front
from harness.report import markdown
from harness.report import plain
from harness.report.sections.summary import interrupted
from tests.builders.rendered import page
from tests.builders.rendered import sample
from tests.samples import make


def test_the_summary_of_several_releases_names_the_numbers() -> None:
    answer = page(sample("story")).splitlines()[2]
    assert answer == (
        "Flask's own server (`run`) handled 1 request at a time on Flask 0.12.5 and at "
        "least 500 at once on Flask 1.0.4 and later. On Flask 3.1.3, gunicorn 27.0.1 "
        "handled from 1 (`default`) to 2000 (`gevent-2`), gunicorn 25.3.0 handled 1000 "
        "(`eventlet`) and uWSGI 2.0.31 handled from 1 (`default`) to 100 "
        "(`gevent-100`)."
    )


def test_a_shortfall_is_an_alert() -> None:
    assert page(sample("story")).splitlines()[4:6] == [
        "> [!WARNING]",
        "> Not always what they declare: `gthread-2x4` (8, only 4 guaranteed) and "
        "`gthread-4x2` (8, only 2 guaranteed).",
    ]
    assert "[!WARNING]" not in page(sample("checkout"))


def test_the_summary_of_many_servers_names_the_lowest_and_the_highest() -> None:
    report = sample("story")
    cells = tuple(
        msgspec.structs.replace(cell, server=f"{cell.server}-{number}", server_title="")
        for cell in report.cells
        for number in range(4 if cell.server == "gunicorn" else 1)
    )
    many = msgspec.structs.replace(report, cells=cells)
    answer, alert = page(many).splitlines()[2:6:3]
    assert (
        "On Flask 3.1.3, 9 other servers handled from 1 (such as gunicorn-0 27.0.1 "
        "`default`) to 2000 (gunicorn-0 27.0.1 `gevent-2`)."
    ) in answer
    assert alert.endswith("`gthread-2x4` (8, only 4 guaranteed) and 5 more.")


def test_the_summary_of_a_history_names_the_changes() -> None:
    answer = page(sample("history")).splitlines()[2]
    assert answer.startswith(
        "On Flask 3.1.3, gunicorn (`gthread-1x4-connections-4`) handled 4 at once on "
        "gunicorn 20.1.0, 3 at once on gunicorn 23.0.0 and 4 at once on gunicorn "
        "27.0.1."
    )


def test_the_summary_of_a_single_cell_is_one_sentence() -> None:
    answer = page(sample("single")).splitlines()[2]
    assert answer == (
        "gunicorn 27.0.1 (`gthread-4x2`) handled up to 8 at once, but 2 at times, "
        "on Flask 3.1.3."
    )


def test_the_summary_of_a_server_includes_configurations_behind_a_proxy() -> None:
    where = make.environment("3.1.3", "gunicorn", "27.0.1")
    shapes = (("default", 1), ("sync-4", 4), ("nginx-4", 4))
    cells = [make.cell(where, id, n, make.rounds(n, (n, n))) for id, n in shapes]
    report = make.judge([make.evidence(where, cells)])
    nginx = msgspec.structs.replace(report.cells[2], front=Front(title="nginx"))
    report = msgspec.structs.replace(report, cells=(*report.cells[:2], nginx))
    assert page(report).splitlines()[2] == (
        "gunicorn 27.0.1 (`default`) handled 1 request at a time on Flask 3.1.3. On "
        "Flask 3.1.3, gunicorn 27.0.1 handled from 1 (`default`) to 4 (`sync-4`) and "
        "nginx → gunicorn 27.0.1 handled 4 (`nginx-4`)."
    )


def test_without_a_measurement_the_summary_says_so() -> None:
    for case in ("nothing-measured", "control-wrong"):
        assert "Nothing could be measured." in page(sample(case))
    assert "[!CAUTION]" in page(sample("control-wrong"))


@pytest.mark.parametrize(
    ("missing", "words"), [(1, "1 cell was not"), (12, "12 cells were not")]
)
def test_an_interrupted_run_says_how_many_cells_are_missing(
    missing: int, words: str
) -> None:
    text = plain.write([interrupted(missing)])
    assert text.startswith("warning: The run was interrupted: ") and words in text
    assert markdown.write([interrupted(missing)]).startswith("> [!WARNING]\n> The run")
