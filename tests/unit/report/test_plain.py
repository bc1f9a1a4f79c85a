"""Plain lines, one for each cell, that are easy to search."""

from harness.report import plain
from harness.report.document import Alert
from harness.report.document import Code
from harness.report.document import Column
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import RowGroup
from harness.report.document import Section
from harness.report.document import Table
from harness.report.text import say
from harness.report.words import Mark
from tests.builders.rendered import lines
from tests.builders.rendered import sample


def test_every_cell_has_a_line_that_begins_with_its_word() -> None:
    report = sample("failures")
    text = lines(report).splitlines()
    numbers, rest = text[: len(report.cells)], text[len(report.cells) :]
    for cell, line in zip(report.cells, numbers, strict=True):
        assert line.startswith(f"{cell.id} ")
    assert sum(line.startswith("fewer (FC002): gunicorn") for line in rest) == 3
    assert rest[-1].startswith("passed: 3 as declared, 1 uneven, 3 fewer, ")


def test_each_kind_of_block_has_lines() -> None:
    mark = Mark("↓", "fewer", "red", "never as many")
    table = Table(
        (Column(say("a")), Column(say("b"))), (RowGroup(((say("c"), say("d")),)),)
    )
    blocks = (
        Alert("warning", say("Mind this:"), (say("one"),)),
        Items((Item(say("first"), (say("below"),)),), mark),
        Items((Item(say("second")),)),
        table,
        Code("$ it\n::error::x"),
    )
    section = Section("x", say("A title"), blocks)
    assert plain.write([section, section]).split("\n\n")[0].splitlines() == [
        "A title:",
        *("warning: Mind this:", "one"),
        *("fewer: first", "  below"),
        "- second",
        "c  d",
        *("$ it", ": :error: :x"),
    ]
