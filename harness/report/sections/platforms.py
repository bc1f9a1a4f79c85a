"""The sections on what platforms send and how long they wait, beside the app."""

from collections.abc import Sequence

from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.declares import Waiting
from harness.records.rules import Other
from harness.records.rules import WAITS
from harness.records.rules import with_id
from harness.records.text import bound
from harness.report.cases import PLATFORM
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Table
from harness.report.text import Foreign
from harness.report.text import joined
from harness.report.text import say
from harness.report.text import Text

SENDINGS_TITLE = say("What platforms send, and what the app takes")
SENDING_HEADS = ("where", "platform", "sends", "the app takes", "size of an instance")

WAITS_TITLE = say("Who gives up first")
WAITING_HEADS = ("where", "platform", "on", "it waits", "the app waits", "first")


def sendings_section(sendings: Sequence[Sending]) -> Section:
    """A row for each kind of instance, and what to change if the numbers differ."""
    lines = (PlainLine(_where(sending), _line(sending)) for sending in sendings)
    table = Table.of(SENDING_HEADS, map(_sending_row, sendings), (2, 3), lines)
    findings = (
        _findings(word, [sending for sending in sendings if sending.verdict is verdict])
        for verdict, word in PLATFORM.items()
    )
    return Section.of("what platforms send", SENDINGS_TITLE, table, *findings)


def _sending_row(each: Sending) -> tuple[Text, ...]:
    platform = say("{}", each.platform)
    if each.what:
        platform = say("{} ({})", platform, Foreign(each.what, 60))
    return _where(each), platform, _sends(each), _takes(each), _size(each)


def _sends(each: Sending) -> Text:
    if each.most is None and each.aims is None:
        return say("no limit" if each.limit_known else "?")
    words = str(each.most) if each.most is not None else f"aims at {each.aims}"
    return say("{} {}", words, each.counts) if each.counts != "requests" else say(words)


def _takes(each: Sending) -> Text:
    if each.verdict is SendVerdict.UNKNOWN:
        return say("?")
    return say(bound(each.takes))


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


def waiting_section(waits: Sequence[Waiting]) -> Section:
    """A row for each wait, and what to change if requests are lost."""
    lines = (
        PlainLine(_where(wait), say("{}", Foreign(wait.reason, 400))) for wait in waits
    )
    table = Table.of(WAITING_HEADS, map(_waiting_row, waits), (3, 4), lines)
    findings = (
        _findings(word, [wait for wait in waits if wait.fault and wait.about is about])
        for about, word in WAITS.items()
    )
    return Section.of("who gives up first", WAITS_TITLE, table, *findings)


def _waiting_row(each: Waiting) -> tuple[Text, ...]:
    app = "forever" if each.app_seconds is None else f"{each.app_seconds:g} s"
    return (
        _where(each),
        say("{}", each.platform),
        say("{}", each.about),
        say("{}", f"{each.platform_seconds:g} s"),
        say("{}", app),
        say("{}", each.verdict),
    )


def _where(each: Sending | Waiting) -> Text:
    return say("{}:{}", Foreign(each.file, 160), each.line)


def _findings(word: Other, of_that: Sequence[Sending | Waiting]) -> Items:
    """What to change on either side."""
    items = (
        Item(say("{}: {}", _where(each), Foreign(each.remedy))) for each in of_that
    )
    return Items(tuple(items), with_id(word))
