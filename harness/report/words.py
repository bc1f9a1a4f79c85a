"""The one table of words, symbols and colours, for all pens.

A symbol is never shown without its word, and a colour says nothing that the word does
not say.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.records.changes import Change
from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.rules import code_of
from harness.records.track import Bisection
from harness.records.track import Line
from harness.records.words import Outcome
from harness.records.words import Verdict


class Mark(NamedTuple):
    """How one outcome, verdict or change looks."""

    symbol: str
    """One column wide in a terminal."""
    word: str
    colour: str
    """A name that terminals know."""
    meaning: str = ""
    """A few words for the reader."""
    rule: str = ""
    """The id of the finding; empty if it is none."""

    @property
    def named(self) -> str:
        """The word, and the id of the finding."""
        return f"{self.word} ({self.rule})" if self.rule else self.word

    @property
    def explained(self) -> str:
        """The id of the finding and its meaning, to follow the word."""
        rule = f" ({self.rule})" if self.rule else ""
        return f"{rule}: {self.meaning}" if self.meaning else rule

    @property
    def badge(self) -> str:
        """The colour as a character, for pages that allow no other colours."""
        return BADGES[self.colour]


BADGES = {
    "green": "🟢",
    "yellow": "🟡",
    "red": "🔴",
    "blue": "🔵",
    "magenta": "🟣",
    "bright_black": "⚪",
}


_MARKS: dict[Outcome | Verdict, tuple[str, str, str]] = {
    Verdict.AS_DECLARED: ("✓", "green", "what it declares"),
    Verdict.UNEVEN: (
        *("≈", "yellow"),
        "the declared number in some rounds, fewer in others",
    ),
    Verdict.FEWER: ("↓", "red", "never as many as it declares"),
    Verdict.MORE: ("↑", "blue", "more than it declares"),
    Verdict.UNKNOWN: ("?", "magenta", "the rounds do not settle it"),
    Outcome.NOT_SUPPORTED: ("–", "bright_black", "impossible here, for a known reason"),
    Outcome.NOT_INSTALLED: ("✗", "red", "its packages could not be installed"),
    Outcome.NOT_STARTED: ("✗", "red", "the server ended before it answered"),
    Outcome.NOT_ANSWERING: ("✗", "red", "the server ran but the app did not answer"),
    Outcome.DIED: ("✗", "red", "the server ended while being measured"),
    Outcome.HARNESS_FAILED: (
        "!",
        "red",
        "the instrument failed, so there is no number",
    ),
    Outcome.ACCOUNTS_DISAGREE: (
        "!",
        "red",
        "the kernel's account contradicts the app's",
    ),
}

MARKS = {
    word: Mark(symbol, str(word), colour, meaning, code_of(word))
    for word, (symbol, colour, meaning) in _MARKS.items()
}

_CHANGES = {
    Change.BROKE: ("✗", "red"),
    Change.FEWER: ("↓", "red"),
    Change.NOT_COMPARABLE: ("?", "magenta"),
    Change.GONE: ("–", "bright_black"),
    Change.RECOVERED: ("✓", "green"),
    Change.MORE: ("↑", "blue"),
    Change.NEW: ("+", "bright_black"),
}

CHANGES = {
    word: Mark(symbol, str(word), colour, rule=code_of(word))
    for word, (symbol, colour) in _CHANGES.items()
}
"""Marks of changes, in the order of a report; cells that are the same are only
counted."""

EXPECTED = Mark(
    "✓", "expected", "bright_black", "acknowledged in advance, so nothing fails"
)
UNMATCHED = Mark("?", "acknowledged, but nothing of the kind was found", "yellow")


class QuestionWords(NamedTuple):
    """How a report words a question."""

    question: str
    """The question, as people ask it."""
    meaning: str
    """What answers mean, in a sentence or two."""


QUESTIONS: dict[Question, QuestionWords] = {
    Question.WAITS: QuestionWords(
        "Does the number depend on what a request waits for?",
        "“no”: the same number is in the app, whatever requests wait for. "
        "“blocking: 1”: only one if it waits in a C function, as database drivers do.",
    ),
    Question.PARALLEL: QuestionWords(
        "How many requests use a processor at the same time?",
        "“1”: one request computes at a time. “4; here 2”: four would, and this "
        "machine has two processors.",
    ),
    Question.SELF_CALL: QuestionWords(
        "Can a request call its own server?",
        "“deadlock”: its call waits forever. “Deadlock at n”: calls are answered, but "
        "when n requests in the app all call at once, some or all wait forever.",
    ),
    Question.OVERFLOW: QuestionWords(
        "What happens to requests beyond the ceiling?",
        "“129 wait, then stall”: 129 requests have a connection and wait; the next one "
        "gets no connection until there is room.",
    ),
    Question.SILENT: QuestionWords(
        "How many slow clients block everyone else?",
        "“4 shut all others out”: with 4 clients that are slow in the worst way, no "
        "request gets in; “for 5 s”: until the server frees itself. “128 leave room”: "
        "with 128 of any kind, some requests still got in.",
    ),
    Question.ABANDONED: QuestionWords(
        "What happens when the client gives up?",
        "What happens to a request in the app when its client leaves, and to requests "
        "that were still waiting.",
    ),
    Question.RECOVERY: QuestionWords(
        "What happens when a worker is killed, or the server is told to stop?",
        "Whether a killed worker is replaced, and what happens to requests in the app "
        "on SIGTERM.",
    ),
    Question.PROBES: QuestionWords(
        "Would a health check get the server restarted?",
        "“Waits from 8”: with 8 requests in the app the health check waits for a "
        "slot; “restarted after 21 to 31 s”: if that lasts, by the settings of the "
        "check. “Answered”: even with all slots taken.",
    ),
    Question.LIFE: QuestionWords(
        "How many slots are left while the server is reloaded, scaled or stopped?",
        "“reload: 0 of 4”: at some moment of a reload no request was in the app "
        "although others waited; usually there are four. “1 lost”: a request in the "
        "app got no answer.",
    ),
    Question.MEMORY: QuestionWords(
        "What does a slot cost?",
        "“112 MB for 4”: with four requests in the app, all processes of the server "
        "together take that much memory.",
    ),
    Question.BREAKS: QuestionWords(
        "What fails first when files, threads or memory run out?",
        "“Files: breaks at 32”: allowed 64 more open files than when idle, it has 32 "
        "requests in the app when something fails. “For good”: it takes no more "
        "requests, even once all of them have left. “Holds 4”: all four are in the app "
        "even under these limits.",
    ),
    Question.UPLOADS: QuestionWords(
        "How many slow uploads shut everyone else out?",
        "“4 shut all others out”: while four clients send their bodies slowly, nobody "
        "else gets in. “128 leave room”: with that many, others still do. “One may "
        "wait from 4”: with four, a request that reaches a full worker waits.",
    ),
    Question.EVENTS: QuestionWords(
        "How many open event streams shut everyone else out?",
        "“4 shut all others out”: with four streams open, nobody else gets in. “Events "
        "held back”: they do not reach the client while the stream is open.",
    ),
    Question.SOCKETS: QuestionWords(
        "How many open WebSockets shut everyone else out?",
        "“4 shut all others out”: with four sockets open, nobody else gets in. “128 "
        "leave room”: with that many, others still do.",
    ),
    Question.POLLS: QuestionWords(
        "How many polling Socket.IO clients shut everyone else out?",
        "“4 shut all others out”: while four clients without a WebSocket poll, nobody "
        "else gets in. “128 leave room”: with that many, others still do.",
    ),
    Question.HTTP2: QuestionWords(
        "Does one HTTP/2 connection get as many slots as several connections?",
        "“As many: 8”: eight requests on one connection are in the app at once, as on "
        "eight. “4 of 8”: four are, since a connection belongs to one worker.",
    ),
    Question.PLACES: QuestionWords(
        "How many requests get to a place inside the app?",
        "“3 at sqlalchemy”: of the requests in the app at once, three get a connection "
        "from the pool, and the rest wait for one or fail.",
    ),
}
"""Every question but the overlap, which the matrix answers."""


def mark(cell: CellReport) -> Mark:
    """The mark of a cell: of its verdict, or of its outcome if it was not measured."""
    return MARKS[cell.word]


def title(cell: CellReport | Line | Bisection) -> str:
    """The title of a server; older reports have only its name."""
    return cell.server_title or cell.server


def package(line: Line | Bisection) -> str:
    """The title of the package whose releases a line follows."""
    return "Flask" if line.package == "Flask" else title(line)


def chain(cell: CellReport) -> str:
    """The title of a server, with the proxy in front of it if there is one."""
    server = title(cell)
    return f"{cell.front.title} → {server}" if cell.front else server


def release(cell: CellReport) -> str:
    """The title of a server with its release, behind the proxy in front of it."""
    return " ".join(filter(None, (chain(cell), cell.server_version)))


def tally(cells: Sequence[CellReport]) -> list[tuple[int, Mark]]:
    """How many cells there are of each kind that occurs, in the order of the table."""
    keys = [cell.word for cell in cells]
    return [(keys.count(each), mark) for each, mark in MARKS.items() if each in keys]
