"""Reports in a terminal."""

import functools
import io
import re
from typing import Any

import pytest
from rich.console import Console

from harness.judge.changes import changes_in
from harness.report import contents
from harness.report import terminal
from harness.report.document import Table
from harness.report.overview import in_full
from tests.builders.rendered import drawn
from tests.builders.rendered import in_short
from tests.builders.rendered import lines
from tests.builders.rendered import page
from tests.builders.rendered import sample
from tests.samples import cases


@functools.cache
def shown(case: str, width: int = 80, **options: Any) -> str:
    """Return what a terminal shows of a sample."""
    return drawn(in_short(sample(case), "results"), width, **options)


def test_five_releases_fit_in_eighty_columns() -> None:
    text = shown("story")
    table = text[: text.index("A number alone")].splitlines()
    assert max(map(len, table)) <= 80
    (row,) = [line for line in table if "gthread-2x4 " in line]
    assert row.split() == ["gthread-2x4", *["4–8"] * 5]


@pytest.mark.parametrize(("width", "tables"), [(60, 2), (80, 1), (200, 1)])
def test_columns_that_do_not_fit_have_a_table_of_their_own(
    width: int, tables: int
) -> None:
    text = shown("history", width)
    title = text.index("Requests in the app at once")
    table = text[title : text.index("A number alone")]
    assert table.count("gthread-1x4-connections-4") == tables
    assert max(map(len, table.splitlines())) <= width
    heads = [line.split() for line in table.splitlines() if "20.1.0" in line]
    assert heads[0][0] == "20.1.0"
    assert ("27.0.1" in heads[0]) == (tables == 1)


def test_builds_are_shown_with_their_source() -> None:
    told = "Flask 3.2.0.dev0+checkout.1a2b3c4.dirty: from "
    assert f"{told}./flask" in shown("checkout")
    assert f"{told}`./flask`" in page(sample("checkout"))
    own, release = sample("checkout").cells[::-1]
    assert own.reproduce.endswith(" --flask ./flask")
    assert "--flask" not in release.reproduce


@pytest.mark.parametrize("case", cases.CASES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_sample_can_be_drawn(case: str, width: int) -> None:
    assert "cell" in shown(case, width)


def test_no_color_switches_colours_off(monkeypatch: pytest.MonkeyPatch) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7][;m]")
    monkeypatch.delenv("NO_COLOR", raising=False)
    sections = in_short(sample("failures"))
    assert colour.search(drawn(sections, color_system="standard"))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour.search(drawn(sections, color_system="standard"))


@pytest.mark.parametrize("case", cases.CASES)
def test_colours_only_repeat_words(case: str) -> None:
    escapes = re.compile(r"\x1b\[[0-9;]*m")
    coloured = escapes.sub("", shown(case, color_system="standard"))
    assert coloured.split() == shown(case).split()


@pytest.mark.parametrize("case", cases.CASES)
@pytest.mark.parametrize("width", [60, 80, 110])
def test_the_matrix_is_the_last_table_and_the_verdict_the_last_line(
    case: str, width: int
) -> None:
    report = sample(case)
    sections = in_short(report, "results")
    tables = [s.name for s in sections if any(isinstance(b, Table) for b in s.blocks)]
    assert tables in ([], ["the matrix"])
    (last,) = drawn(sections[-1:], 400).splitlines()[-1:]
    text = " ".join(shown(case, width).split())
    assert text.endswith(" ".join(last.split()))
    assert re.match("[✓✗!] (passed|nothing was measured|the harness failed): ", last)


def test_words_are_not_broken() -> None:
    words = {word.strip("─") for word in shown("story", 300).split()}
    for width in (60, 80, 110):
        text = shown("story", width)
        assert {word.strip("─") for word in text.split()} <= words
        assert max(map(len, text.splitlines())) <= width


def test_commands_to_copy_are_not_wrapped() -> None:
    (line,) = [line for line in shown("single", 60).splitlines() if "again:" in line]
    assert line.endswith(" --only flask-3.1.3/gunicorn-27.0.1/gthread-4x2/py3.11")


def test_without_a_terminal_there_are_plain_lines() -> None:
    console = Console(file=io.StringIO(), force_terminal=False)
    terminal.show(in_short(sample("single"), "results"), console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert text.startswith(
        "flask-3.1.3/gunicorn-27.0.1/gthread-4x2/py3.11  8 (seen 2) ≈"
    )
    assert "again: nox -s probe -- --only flask-3.1.3/gunicorn-27.0.1/gthread" in text
    assert text.endswith(
        "The whole report: results/report.md, report.html, report.json\n"
        "passed: 1 cell, uneven\n"
    )


def test_symbols_are_left_out_if_the_output_is_ascii() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    terminal.show(in_short(sample("failures"), "résultats"), Console(file=file))
    file.flush()
    assert b"2 (seen 1) ~ uneven" in raw.getvalue()


@pytest.mark.parametrize("color_system", [None, "standard"])
def test_output_of_servers_cannot_control_the_terminal(color_system: Any) -> None:
    for text in (
        lines(sample("hostile")),
        shown("hostile", 30, color_system=color_system),
    ):
        assert "::" not in text
        assert "##[" not in text
        assert "\x1b]" not in text
        assert "\x1b[2J" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("case", cases.CASES)
def test_a_whole_page_can_be_drawn_too(case: str) -> None:
    report = sample(case)
    page = contents.page(report, changes_in(report))
    text = drawn(page)
    assert "Versions installed" in text and "::" not in text
    whole = in_full(page, in_short(report))
    titles = [str(each.title) for each in whole if each.blocks and each.title]
    assert sorted(titles) == sorted({*titles}), "nothing is there twice"
    assert whole[-1].name == "the verdict"
