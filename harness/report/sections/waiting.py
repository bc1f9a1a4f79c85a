"""The section on how long platforms and apps wait."""

from __future__ import annotations

from collections.abc import Sequence

from harness.records.declares import Waiting
from harness.records.declares import Waits
from harness.records.rules import WAITS
from harness.records.rules import with_id
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Table
from harness.report.text import Foreign
from harness.report.text import say
from harness.report.text import Text

TITLE = say("Who gives up first")

HEADS = ("where", "platform", "on", "it waits", "the app waits", "first")


def section(waits: Sequence[Waiting]) -> Section:
    """A row for each wait, and what to change if requests are lost."""
    lines = (PlainLine(_where(each), _line(each)) for each in waits)
    table = Table.of(HEADS, map(_row, waits), (3, 4), lines)
    findings = (_findings(about, waits) for about in WAITS)
    return Section.of("who gives up first", TITLE, table, *findings)


def _row(each: Waiting) -> tuple[Text, ...]:
    app = "for ever" if each.app_seconds is None else f"{each.app_seconds:g} s"
    return (
        _where(each),
        say("{}", each.platform),
        say("{}", each.about),
        say("{}", f"{each.platform_seconds:g} s"),
        say("{}", app),
        say("{}", each.verdict),
    )


def _where(each: Waiting) -> Text:
    return say("{}:{}", Foreign(each.file, 160), each.line)


def _line(each: Waiting) -> Text:
    return say("{}", Foreign(each.reason, 400))


def _findings(about: Waits, waits: Sequence[Waiting]) -> Items:
    """A list of what to change."""
    found = [each for each in waits if each.fault and each.about is about]
    items = tuple(
        Item(say("{}: {}", _where(each), Foreign(each.remedy))) for each in found
    )
    return Items(items, with_id(WAITS[about]))
