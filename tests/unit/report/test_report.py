"""What people see: the matrix, the terminal and the summary, from samples on disk."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from harness.judge.changes import changes_in
from harness.records.evidence import CellEvidence
from harness.records.evidence import Front
from harness.records.plan import Environment
from harness.records.questions import SelfCallSeen
from harness.records.report import Report
from harness.records.results import read_evidence
from harness.records.words import NOTEWORTHY
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import chart
from harness.report import markdown
from harness.report import terminal
from harness.report import words as legend
from harness.report.sections import matrix
from harness.report.sections import questions
from tests.builders.rendered import lines
from tests.builders.rendered import page
from tests.samples import generate
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded
from tests.samples.make import unmeasured

SAMPLES = Path(generate.__file__).parent
CASES = sorted(path.parent.name for path in SAMPLES.glob("*/report.md"))


def sample(case: str) -> Report:
    """The report of the evidence of one sample."""
    found, faults = read_evidence(SAMPLES / case)
    assert not faults
    return judge(found)


def report(*cells: tuple[Environment, CellEvidence]) -> Report:
    """The report of cells, each in an environment."""
    return judge([evidence(where, [one]) for where, one in cells])


def measured(
    flask: str, server: str, version: str, configuration: str, python: str = "3.11"
) -> tuple[Environment, CellEvidence]:
    """A cell that is as declared."""
    where = environment(flask, server, version, python)
    return where, cell(where, configuration, 4, rounds(4, (4, 1)))


# --------------------------------------------------------------------------- samples


def test_every_case_is_on_disk() -> None:
    assert sorted(generate.CASES) == CASES


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("name", "render"), [("report.md", page), ("report.txt", lines)]
)
def test_sample(case: str, name: str, render: Any) -> None:
    expected = (SAMPLES / case / name).read_text(encoding="utf-8")
    assert render(sample(case)) == expected, (
        "if this is meant: python -m tests.samples.generate, and look at the difference"
    )


# ---------------------------------------------------------------------------- legend


def test_every_word_has_a_look() -> None:
    words = {*Verdict, *Outcome} - {Outcome.MEASURED}
    assert set(legend.MARKS) == words
    assert set(NOTEWORTHY) == words - {Verdict.AS_DECLARED}
    for word, mark in legend.MARKS.items():
        assert mark.word == word
        assert len(mark.symbol) == 1
        assert mark.badge


# ---------------------------------------------------------------------------- matrix


def test_a_server_that_flask_pins_is_one_row() -> None:
    grid = matrix.grid(
        report(
            measured("0.12.5", "werkzeug", "0.16.1", "run"),
            measured("3.1.3", "werkzeug", "3.1.8", "run"),
        )
    )
    assert [(row.server, row.label) for row in grid.rows] == [
        ("Flask's own server", "run")
    ]
    assert None not in grid.rows[0].cells


def test_releases_of_a_server_under_one_flask_are_rows() -> None:
    grid = matrix.grid(
        report(
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4"),
            measured("3.1.3", "gunicorn", "20.1.0", "sync-4"),
            measured("0.12.5", "gunicorn", "20.1.0", "sync-4"),
        )
    )
    assert [row.server for row in grid.rows] == ["gunicorn 27.0.1", "gunicorn 20.1.0"]
    assert grid.rows[0].cells[0] is None


def test_releases_of_the_one_server_are_columns_under_one_flask() -> None:
    grid = matrix.grid(sample("history"))
    assert grid.columns == ("20.1.0", "23.0.0", "27.0.1")
    assert (grid.axis, grid.under) == ("gunicorn", "Flask 3.1.3")
    assert list(grid.groups()) == ["gunicorn"]
    assert [row.label for row in grid.rows] == [
        *("sync-4", "gthread-1x4-connections-4", "eventlet")
    ]
    assert not grid.has_gaps
    (note,) = matrix.notes(grid)[Verdict.FEWER]
    assert note.where == "gunicorn 23.0.0 · gthread-1x4-connections-4 on Flask 3.1.3"


@pytest.mark.parametrize(
    "other",
    [
        measured("3.1.3", "werkzeug", "3.1.9", "run"),
        measured("2.3.3", "gunicorn", "27.0.1", "sync-4"),
    ],
)
def test_with_more_than_that_columns_are_of_flask(
    other: tuple[Environment, CellEvidence],
) -> None:
    several = [
        measured("3.1.3", "gunicorn", release, "sync-4") for release in ("23.0", "27.0")
    ]
    grid = matrix.grid(report(*several, other))
    assert (grid.axis, grid.under) == ("Flask", "")
    assert {"gunicorn 23.0", "gunicorn 27.0"} <= set(grid.groups())


def test_one_release_everywhere_is_in_the_title() -> None:
    grid = matrix.grid(sample("story"))
    assert list(grid.groups()) == [
        "Flask's own server",
        "gunicorn 27.0.1",
        "gunicorn 25.3.0",
        "uWSGI 2.0.31",
    ]


def behind_nginx(outcome: Outcome, **front: Any) -> Report:
    """A report of one configuration alone, and one with nginx in front."""
    where = environment("3.1.3", "gunicorn", "27.0.1")
    proxied = cell(
        where,
        "nginx-sync-4",
        4,
        rounds(4, (4, 1)) if outcome is Outcome.MEASURED else (),
        outcome=outcome,
        reason="It is so.",
        front=Front(title="nginx", **front),
    )
    return judge(
        [evidence(where, [cell(where, "sync-4", 4, rounds(4, (4, 1))), proxied])]
    )


@pytest.mark.parametrize("outcome", [Outcome.MEASURED, Outcome.NOT_SUPPORTED])
def test_what_stands_in_front_is_in_the_title(outcome: Outcome) -> None:
    grid = matrix.grid(behind_nginx(outcome))
    assert {
        title: [row.label for row in rows] for title, rows in grid.groups().items()
    } == {
        "gunicorn 27.0.1": ["sync-4"],
        "nginx → gunicorn 27.0.1": ["nginx-sync-4"],
    }


def test_both_commands_of_a_chain_are_shown() -> None:
    command = ("nginx", "-p", "a folder")
    text = page(behind_nginx(Outcome.MEASURED, version="1.2", command=command))
    assert "nginx → gunicorn 27.0.1" in text
    assert "behind nginx 1.2:" in text
    assert "nginx -p 'a folder'\ngunicorn nginx-sync-4\n" in text


def test_what_a_proxy_says_of_itself_is_escaped() -> None:
    version = "<b>1</b>|`\n# x"
    report = behind_nginx(Outcome.MEASURED, version=version, command=("```\n<b>x",))
    text = page(report)
    assert "<b>1" not in text
    assert "\n# x" not in text
    assert "````" in text


def test_several_pythons_are_rows() -> None:
    grid = matrix.grid(
        report(
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4", "3.11"),
            measured("3.1.3", "gunicorn", "27.0.1", "sync-4", "3.13"),
        )
    )
    assert [row.label for row in grid.rows] == ["sync-4 · py3.11", "sync-4 · py3.13"]


def test_columns_are_in_the_order_of_versions() -> None:
    releases = ["3.1.3", "0.9", "branch", "0.12.5", "2.3.3"]
    cells = [measured(each, "gunicorn", "27.0.1", "sync-4") for each in releases]
    assert matrix.grid(report(*cells)).columns == (
        *("0.9", "0.12.5", "2.3.3", "3.1.3"),
        "branch",
    )


def test_rows_keep_the_order_of_the_fullest_column() -> None:
    labels = [row.label for row in matrix.grid(sample("story")).rows]
    assert labels[5:9] == ["default", "sync-4", "gthread-1x4", "gthread-2x4"]


TEXTS = {
    "8": (8, rounds(8, (2, 4))),
    "8 (≥2) ≈ uneven": (8, rounds(8, (4, 2), [8, 2, 5])),
    "≥64": (None, unbounded(64)),
    "≥500": (None, unbounded(64, 500)),
    "5 ↓ fewer than 8": (8, rounds(8, (5, 1), [5, 5])),
    "6 (≥5) ↓ fewer than 8": (8, rounds(8, (6, 1), [5, 6])),
    "10 ↓ fewer than declared": (None, rounds(64, (10, 1), [10])),
    "9 ↑ more than 4": (4, (offer(4, 4), offer(16, 9))),
    "≥4 ? unknown": (4, (offer(4, 4),)),
}


@pytest.mark.parametrize("text", TEXTS)
def test_text_of_a_cell(text: str) -> None:
    declared, seen = TEXTS[text]
    where = environment("3.1.3", "gunicorn", "27.0.1")
    (one,) = report((where, cell(where, "x", declared, seen))).cells
    assert str(matrix.text(one)) == text


def test_text_of_a_cell_without_a_number() -> None:
    texts = {str(matrix.text(each)) for each in sample("failures").cells}
    assert {"✗ died", "✗ not started", "✗ not installed", "– not supported"} <= texts


def test_the_same_reason_is_given_once() -> None:
    found = matrix.notes(matrix.grid(sample("failures")))
    (note,) = found[Outcome.NOT_SUPPORTED]
    assert note.releases == ("0.12.5", "3.1.3")
    where = environment("3.1.3", "gunicorn", "27.0.1")
    gone = [unmeasured(where, name, Outcome.DIED, "the same") for name in "ab"]
    (note,) = matrix.notes(matrix.grid(judge([evidence(where, gone)])))[Outcome.DIED]
    assert note.labels == ("a", "b")


# -------------------------------------------------------------------------- terminal


def shown(case: str, width: int = 80, **options: Any) -> str:
    """What a console prints of a sample."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=True, highlight=False, **options
    )
    terminal.show(sample(case), changes_in(sample(case)), Path("results"), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_five_releases_fit_in_eighty_columns() -> None:
    text = shown("story", color_system=None)
    table = text[: text.index("A number alone")].splitlines()
    assert max(map(len, table)) <= 80
    (row,) = [line for line in table if "gthread-2x4 " in line]
    assert row.split() == ["gthread-2x4", "8", *"8 (≥7) 8 (≥6) 8 (≥5) 8 (≥5)".split()]


@pytest.mark.parametrize(("width", "tables"), [(60, 2), (80, 1), (200, 1)])
def test_columns_that_do_not_fit_have_a_table_of_their_own(
    width: int, tables: int
) -> None:
    text = shown("history", width, color_system=None)
    table = text[: text.index("A number alone")]
    assert table.count("gthread-1x4-connections-4") == tables
    assert max(map(len, table.splitlines())) <= width
    heads = [line.split() for line in table.splitlines() if "20.1.0" in line]
    assert heads[0][0] == "20.1.0"
    assert ("27.0.1" in heads[0]) == (tables == 1)


def test_what_was_built_is_told_with_its_source() -> None:
    told = "Flask 3.2.0.dev0+checkout.1a2b3c4.dirty: from "
    assert f"{told}./flask" in shown("checkout", color_system=None)
    assert f"{told}`./flask`" in page(sample("checkout"))
    own, release = sample("checkout").cells[::-1]
    assert own.reproduce.endswith(" --flask ./flask")
    assert "--flask" not in release.reproduce


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_sample_can_be_drawn(case: str, width: int) -> None:
    assert "cell" in shown(case, width)


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7][;m]")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colour.search(shown("failures", color_system="standard"))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour.search(shown("failures", color_system="standard"))


def test_no_terminal_no_table() -> None:
    console = Console(file=io.StringIO(), force_terminal=False)
    terminal.show(
        sample("single"), changes_in(sample("single")), Path("results"), console
    )
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert text.startswith("flask-3.1.3/gunicorn-27.0.1/gthread-4x2/py3.11  8 (≥2) ≈")
    assert "again: nox -s probe -- --only flask-3.1.3/gunicorn-27.0.1/gthread" in text
    assert text.endswith(
        "Files: results/report.md, results/report.json, results/evidence/\n"
    )


def test_an_output_that_knows_ascii_only() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    terminal.show(
        sample("failures"),
        changes_in(sample("failures")),
        Path("résultats"),
        Console(file=file),
    )
    file.flush()
    assert b"2 (>=1) ~ uneven" in raw.getvalue()


@pytest.mark.parametrize("color_system", [None, "standard"])
def test_output_of_servers_commands_nothing(color_system: Any) -> None:
    for text in (
        lines(sample("hostile")),
        shown("hostile", 30, color_system=color_system),
    ):
        assert "::" not in text
        assert "##[" not in text
        assert "\x1b]" not in text
        assert "\x1b[2J" not in text
        assert "\u202e" not in text


# --------------------------------------------------------------------------- answers


def test_the_answer_of_the_story() -> None:
    answer = page(sample("story")).splitlines()[2]
    assert answer == (
        "Flask's own server (`run`) handled 1 request at a time on Flask 0.12.5 and at "
        "least 500 at once on Flask 1.0.4 and later. On Flask 3.1.3, gunicorn 27.0.1 "
        "handled from 1 (`default`) to 2000 (`gevent-2`), gunicorn 25.3.0 handled 1000 "
        "(`eventlet`) and uWSGI 2.0.31 handled from 1 (`default`) to 100 "
        "(`gevent-100`). Not always what they declare: `gthread-2x4` (8, at times 5) "
        "and `gthread-4x2` (8, at times 2)."
    )


def test_the_answer_about_many_servers_tells_the_least_and_the_most() -> None:
    report = sample("story")
    cells = tuple(
        msgspec.structs.replace(cell, server=f"{cell.server}-{number}", server_title="")
        for cell in report.cells
        for number in range(4 if cell.server == "gunicorn" else 1)
    )
    many = msgspec.structs.replace(report, cells=cells)
    answer = page(many).splitlines()[2]
    assert (
        "On Flask 3.1.3, 9 other servers handled from 1 (such as gunicorn-0 27.0.1 "
        "`default`) to 2000 (gunicorn-0 27.0.1 `gevent-2`)."
    ) in answer
    assert answer.endswith("`gthread-2x4` (8, at times 5) and 5 more.")


def test_the_answer_of_a_history_is_what_changed() -> None:
    answer = page(sample("history")).splitlines()[2]
    assert answer.startswith(
        "On Flask 3.1.3, gunicorn (`gthread-1x4-connections-4`) handled 4 at once on "
        "gunicorn 20.1.0, 3 at once on gunicorn 23.0.0 and 4 at once on gunicorn "
        "27.0.1."
    )


def test_the_answer_of_a_single_cell() -> None:
    answer = page(sample("single")).splitlines()[2]
    assert answer == (
        "gunicorn 27.0.1 (`gthread-4x2`) handled up to 8 at once, but at times only 2, "
        "on Flask 3.1.3."
    )


def test_no_answer() -> None:
    for case in ("nothing-measured", "control-wrong"):
        assert "Nothing could be measured." in page(sample(case))
    assert "[!CAUTION]" in page(sample("control-wrong"))


# ------------------------------------------------------------------ other questions


def test_nothing_is_said_of_questions_that_were_not_asked() -> None:
    for text in (page(sample("story")), lines(sample("story"))):
        assert "other questions" not in text
        assert "self-call" not in text


def test_where_releases_differ_each_answer_is_told() -> None:
    text = page(sample("questions"))
    assert "| `run` |  |  | deadlock on Flask 0.12.5, yes on Flask 3.1.3 |  |" in text
    assert "- Flask's own server `run` on Flask 3.1.3: A request that calls" in text


def test_each_sentence_is_said_once_with_all_that_it_is_true_of() -> None:
    text = page(sample("questions"))
    sentence = "when such requests take all places, all of them wait for ever."
    assert text.count(sentence) == 1
    (line,) = (line for line in text.splitlines() if sentence in line)
    assert line.startswith("- gunicorn 27.0.1 `sync-4`, `gevent-connections-10`: ")


def test_many_sentences_leave_room_for_the_rest() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [
        cell(
            where,
            f"c{number}",
            4,
            rounds(4, (4, 1)),
            asked=(SelfCallSeen(outcome=Outcome.DIED, reason=f"of {number}"),),
        )
        for number in range(40)
    ]
    found = judge([evidence(where, cells)])
    text = page(found)
    assert text.count("It could not be asked") == questions.MOST_TOLD
    assert "- and 32 more, in the report" in text
    assert text.count("| unknown |") == 40


# ----------------------------------------------------------------------------- chart


def test_a_chart_says_what_the_table_says() -> None:
    text = chart.ceilings(matrix.grid(sample("failures")))
    assert '"gunicorn one-by-one"' in text
    most, always = re.findall(r"bar \[(.*)\]", text)
    assert most == "4, 12, 4, 4, 2, 10, 1, 6"
    assert always == "4, 12, 4, 4, 1, 10, 1, 6"
    assert "Not drawn: gunicorn 21.2.0 `never-offered-more` ≥1000" in text


def test_no_two_bars_have_the_same_label() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [cell(where, name, 4, rounds(4, (4, 1))) for name in ("a|b", "a[b", "a`b")]
    text = chart.ceilings(matrix.grid(judge([evidence(where, cells)])))
    assert 'x-axis ["1 a_b", "2 a_b", "3 a_b"]' in text


def test_one_bar_is_no_chart() -> None:
    assert chart.ceilings(matrix.grid(sample("single"))) == ""


# ------------------------------------------------------------------------------ size


@pytest.mark.parametrize("case", ["story", "failures", "hostile"])
def test_a_summary_keeps_to_its_size(case: str) -> None:
    whole = page(sample(case))
    size = len(whole.encode())
    for most in range(size, 600, -(size // 40)):
        text = page(sample(case), max_bytes=most, complete="report.json")
        assert len(text.encode()) <= most
        assert text == whole or "Left out, to stay within the limit: " in text


def test_findings_stay_longest() -> None:
    whole = sample("failures")
    text = page(whole, max_bytes=4200)
    assert "<details>" not in text
    assert "mermaid" not in text
    for note in matrix.notes(matrix.grid(whole))[Verdict.FEWER]:
        assert note.reason in text
    assert text.rstrip().endswith("See `report.json`._")


def test_a_huge_matrix_of_failures_still_fits() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [
        unmeasured(
            where, f"c{number}", Outcome.DIED, f"{number} " + "x" * 390, "y" * 999
        )
        for number in range(4000)
    ]
    text = page(judge([evidence(where, cells)]))
    assert 900_000 < len(text.encode()) <= markdown.MAX_BYTES
    assert "the last of the findings" in text
    assert "**4000 cells**" in text
