"""The table of what the files of a repository declare."""

from __future__ import annotations

from harness.records.declares import Place
from harness.records.declares import Places
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.text import plural
from harness.report.document import Cell
from harness.report.document import Column
from harness.report.document import Foreign
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import joined
from harness.report.document import Paragraph
from harness.report.document import PlainLine
from harness.report.document import RowGroup
from harness.report.document import say
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Text


def section(found: Places) -> Section:
    """A row for each place, and how many contradict another."""
    title = say("What this repository declares")
    if not found.places:
        text = "Nothing in it says how many requests are handled at once."
        return Section("what is declared", title, (Paragraph(say(text)),))
    rows = tuple(_row(each, found) for each in found.places)
    lines = tuple(
        PlainLine(say("{}:{}", each.file, each.line), _sentence(each, found))
        for each in found.places
    )
    table = Table(_columns(found), (RowGroup(rows),), lines)
    contradictions = _contradictions(found)
    below = (contradictions,) if contradictions.items else ()
    end = Paragraph(_sum(found))
    return Section("what is declared", title, (table, *below, end))


def _columns(found: Places) -> tuple[Column, ...]:
    columns = [
        Column(say("where")),
        Column(say("at once"), right=True),
        Column(say("because")),
    ]
    if found.elsewhere:
        head = say("processors")
        columns.insert(2, Column(head, say("{}", found.elsewhere), right=True))
    return tuple(columns)


def _row(place: Place, found: Places) -> tuple[Cell, ...]:
    where = say("{}:{}", place.file, place.line)
    if place.what:
        where = say("{} ({})", where, place.what)
    row = [
        where,
        _number(place.declared, place),
        say("{}", Foreign(place.because, 160)),
    ]
    if found.elsewhere:
        row.insert(2, _number(place.elsewhere, place))
    return tuple(row)


def _number(declared: int | None, place: Place) -> Text:
    if not place.known:
        return say("?")
    return say("no bound") if declared is None else say("{}", declared)


def _sentence(place: Place, found: Places) -> Text:
    """What a place declares, on one line."""
    words = say("{}: {}", _number(place.declared, place), Foreign(place.because, 160))
    if found.elsewhere and place.depends:
        number = _number(place.elsewhere, place)
        words = say("{}; with {} processors {}", words, found.elsewhere, number)
    if place.contradicts:
        first, *others = place.contradicts
        words = say("{}; contradicts {}", words, first)
        words = (
            say("{} and {}", words, plural(len(others), "other")) if others else words
        )
    return words


def _contradictions(found: Places) -> Items:
    """Places that say different things of the same app, each group once."""
    left = {f"{e.file}:{e.line}": e for e in found.places if e.contradicts}
    items = []
    while left:
        waiting = [next(iter(left))]
        group = []
        while waiting:
            if place := left.pop(waiting.pop(), None):
                group.append(place)
                waiting += place.contradicts
        said = [say("{}:{} {}", e.file, e.line, _number(e.declared, e)) for e in group]
        items.append(Item(say("of the same app: {}", joined(", ", said))))
    word = Other.CONTRADICTION
    return Items(tuple(items), f"{word} ({code_of(word)})")


def _sum(found: Places) -> Text:
    """How many there are, and how many contradict another or depend on a machine."""
    count = sum(bool(each.contradicts) for each in found.places)
    words = [say("{}", plural(len(found.places), "place"))]
    if count:
        words.append(say("{} of them contradict another", count))
    if depends := sum(each.depends for each in found.places):
        text = "{} depends on the processors, of which this machine has {}"
        if depends > 1:
            text = "{} depend on the processors, of which this machine has {}"
        words.append(say(text, depends, found.processors))
    return joined("; ", words)
