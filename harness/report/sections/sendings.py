"""The section on what platforms send, beside what the app takes."""

from __future__ import annotations

from collections.abc import Sequence

from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.rules import with_id
from harness.report.cases import PLATFORM
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Table
from harness.report.text import Foreign
from harness.report.text import joined
from harness.report.text import say
from harness.report.text import Text

TITLE = say("What platforms send, and what the app takes")

HEADS = ("where", "platform", "sends", "the app takes", "size of an instance")


def section(sendings: Sequence[Sending]) -> Section:
    """A row for each kind of instance, and what to change where the numbers differ."""
    return Section.of("what platforms send", TITLE, *_blocks(sendings))


def _blocks(sendings: Sequence[Sending]) -> tuple[Block, ...]:
    lines = (PlainLine(_where(each), _line(each)) for each in sendings)
    table = Table.of(HEADS, map(_row, sendings), (2, 3), lines)
    return table, *(_findings(word, sendings) for word in PLATFORM)


def _row(each: Sending) -> tuple[Text, ...]:
    platform = say("{}", each.platform)
    if each.what:
        platform = say("{} ({})", platform, Foreign(each.what, 60))
    return _where(each), platform, _sends(each), _takes(each), _size(each)


def _where(each: Sending) -> Text:
    return say("{}:{}", Foreign(each.file, 160), each.line)


def _sends(each: Sending) -> Text:
    if each.verdict is SendVerdict.UNKNOWN and each.most is each.aims is None:
        return say("?" if "sends any" not in each.reason else "no limit")
    if each.most is None and each.aims is None:
        return say("no limit")
    words = str(each.most) if each.most is not None else f"aims at {each.aims}"
    return say("{} {}", words, each.counts) if each.counts != "requests" else say(words)


def _takes(each: Sending) -> Text:
    if each.verdict is SendVerdict.UNKNOWN:
        return say("?")
    return say("no bound") if each.takes is None else say("{}", each.takes)


def _size(each: Sending) -> Text:
    words = []
    if each.processors is not None:
        noun = "processor" if each.processors == 1 else "processors"
        words.append(say("{} {}", f"{each.processors:g}", noun))
    if each.memory:
        words.append(say("{}", Foreign(each.memory, 40)))
    return joined(", ", words)


def _line(each: Sending) -> Text:
    size = _size(each)
    about = say("{}: {}", each.platform, Foreign(each.reason, 400))
    return say("{}; {}", about, size) if size else about


def _findings(verdict: SendVerdict, sendings: Sequence[Sending]) -> Items:
    """What to change on either side."""
    found = [each for each in sendings if each.verdict is verdict]
    items = tuple(
        Item(say("{}: {}", _where(each), Foreign(each.remedy))) for each in found
    )
    return Items(items, with_id(PLATFORM[verdict]))
