"""The section on what the files of a repository declare."""

from harness.records.declares import Place
from harness.records.declares import Places
from harness.records.rules import Other
from harness.records.rules import with_id
from harness.records.text import bound
from harness.records.text import plural
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Table
from harness.report.text import Foreign
from harness.report.text import joined
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import Words

TITLE = say("What this repository declares")


def section(places: Places) -> Section:
    """A row for each place, and how many contradict another."""
    end = Paragraph(counted(places))
    blocks: tuple[Block, ...] = (
        *_table(places),
        *_contradictions(places),
        *_unread(places),
        end,
    )
    return Section("what is declared", TITLE, blocks)


def in_parts(places: Places) -> list[Section]:
    """The table without the counts, which a terminal prints as the last line."""
    return [
        Section("what is declared", TITLE, _table(places)),
        Section(
            "the findings in short",
            Text(),
            (*_contradictions(places), *_unread(places)),
        ),
    ]


def _table(places: Places) -> tuple[Table, ...]:
    heads: tuple[Words, ...] = ("where", "at once", "because")
    if there := places.elsewhere:
        heads = (*heads[:2], say("{} processors", there), *heads[2:])
    rows = [_row(place, places) for place in places.places]
    lines = (
        PlainLine(say("{}:{}", place.file, place.line), _sentence(place, places))
        for place in places.places
    )
    return (Table.of(heads, rows, range(1, len(heads) - 1), lines),) if rows else ()


def _row(place: Place, places: Places) -> tuple[Text, ...]:
    where = say("{}:{}", place.file, place.line)
    if place.what:
        where = say("{} ({})", where, place.what)
    there = [_number(place.elsewhere, place)] if places.elsewhere else []
    because = say("{}", Foreign(place.because, 160))
    return (where, _number(place.declared, place), *there, because)


def _number(declared: int | None, place: Place) -> Text:
    return say(bound(declared) if place.known else "?")


def _sentence(place: Place, places: Places) -> Text:
    """A line on what a place declares."""
    words = say("{}: {}", _number(place.declared, place), Foreign(place.because, 160))
    if places.elsewhere and place.depends:
        number = _number(place.elsewhere, place)
        words = say("{}; with {} processors {}", words, places.elsewhere, number)
    if place.contradicts:
        first, *others = place.contradicts
        words = say("{}; contradicts {}", words, first)
        words = (
            say("{} and {}", words, plural(len(others), "other")) if others else words
        )
    return words


def _contradictions(places: Places) -> tuple[Items, ...]:
    """Places that declare different numbers for the same app, each group once."""
    left = {f"{e.file}:{e.line}": e for e in places.places if e.contradicts}
    items = []
    while left:
        waiting = [next(iter(left))]
        group = []
        while waiting:
            if place := left.pop(waiting.pop(), None):
                group.append(place)
                waiting += place.contradicts
        sides = [say("{}:{} {}", e.file, e.line, _number(e.declared, e)) for e in group]
        items.append(Item(say("for the same app: {}", joined(", ", sides))))
    return (Items(tuple(items), with_id(Other.CONTRADICTION)),) if items else ()


MOST_UNREAD = 5
"""Most files that are named one by one."""


def _unread(places: Places) -> tuple[Items, ...]:
    """Files that are too large to be read whole."""
    named, others = places.unread[:MOST_UNREAD], places.unread[MOST_UNREAD:]
    items = [Item(say("{}: {}", each.file, each.reason)) for each in named]
    if others:
        items.append(Item(say("and {}", plural(len(others), "other file"))))
    return (Items(tuple(items), "not read"),) if items else ()


def counted(places: Places) -> Text:
    """Counts of places, of contradictions, and of places that depend on a machine."""
    if not places.places:
        return say(
            "No file that starts a server says how many requests it handles at once."
        )
    count = sum(bool(place.contradicts) for place in places.places)
    words = [say("{}", plural(len(places.places), "place"))]
    if count:
        words.append(say("{} of them contradict another", count))
    if depends := sum(place.depends for place in places.places):
        text = "{} depends on the processors, of which this machine has {}"
        if depends > 1:
            text = "{} depend on the processors, of which this machine has {}"
        words.append(say(text, depends, places.processors))
    return joined("; ", words)
