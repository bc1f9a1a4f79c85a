"""Stable ids of everything that a report can find, each with a page in ``docs/rules``.

An id is never reused, even if its finding no longer exists.
"""

from enum import StrEnum

from harness.records.changes import Change
from harness.records.declares import Waits
from harness.records.words import Outcome
from harness.records.words import Verdict


class Other(StrEnum):
    """Findings other than outcomes, verdicts and changes of one cell."""

    CLAIMS = "claims contradicted"
    AT_LEAST = "below at-least"
    NEVER_BELOW = "below never-below"
    ON_TERM = "lost on SIGTERM"
    CONTRADICTION = "contradiction"
    PROCESSORS = "depends on processors"
    UNMATCHED = "expected, but not found"
    STARVED = "health check waits"
    SHUT_OUT = "others shut out"
    HELD_BACK = "events held back"
    ONE_CONNECTION = "one connection gets fewer"
    NARROW = "narrow place"
    PLATFORM_MORE = "platform sends more"
    PLATFORM_FEWER = "platform sends fewer"
    APP_GIVES_UP = "app gives up first"
    APP_CLOSES = "app closes first"


Word = Outcome | Verdict | Change | Other


RULES: dict[str, Word] = {
    "FC001": Verdict.UNEVEN,
    "FC002": Verdict.FEWER,
    "FC003": Verdict.MORE,
    "FC004": Verdict.UNKNOWN,
    "FC005": Other.CLAIMS,
    "FC101": Outcome.NOT_INSTALLED,
    "FC102": Outcome.NOT_STARTED,
    "FC103": Outcome.NOT_ANSWERING,
    "FC104": Outcome.DIED,
    "FC105": Outcome.HARNESS_FAILED,
    "FC106": Outcome.NOT_SUPPORTED,
    "FC107": Outcome.ACCOUNTS_DISAGREE,
    "FC201": Other.AT_LEAST,
    "FC202": Other.NEVER_BELOW,
    "FC203": Other.ON_TERM,
    "FC301": Other.CONTRADICTION,
    "FC302": Other.PROCESSORS,
    "FC303": Other.PLATFORM_MORE,
    "FC304": Other.PLATFORM_FEWER,
    "FC305": Other.APP_GIVES_UP,
    "FC306": Other.APP_CLOSES,
    "FC401": Change.FEWER,
    "FC402": Change.BROKE,
    "FC403": Change.GONE,
    "FC404": Change.NOT_COMPARABLE,
    "FC405": Change.MORE,
    "FC406": Change.RECOVERED,
    "FC407": Other.UNMATCHED,
    "FC501": Other.STARVED,
    "FC502": Other.SHUT_OUT,
    "FC503": Other.HELD_BACK,
    "FC504": Other.ONE_CONNECTION,
    "FC505": Other.NARROW,
}
"""Every finding by its id. What it means is the first sentence of its page."""


def with_id(word: Word) -> str:
    """A finding as it is shown, such as ``below at-least (FC201)``."""
    return f"{word} ({code_of(word)})"


def code_of(word: str) -> str:
    """The id of a word; empty if it is not a finding."""
    return next((code for code, each in RULES.items() if each is word), "")


def name_of(word: Word) -> str:
    """A short name, such as ``not-installed``."""
    return word.replace(" ", "-").replace(",", "")


PROMISES = {
    "at-least": Other.AT_LEAST,
    "never-below": Other.NEVER_BELOW,
    "on-term": Other.ON_TERM,
}
"""Findings about promises, by the key that the reason of a check begins with."""


WAITS = {
    Waits.ANSWER: Other.APP_GIVES_UP,
    Waits.NEXT_REQUEST: Other.APP_CLOSES,
}
"""Findings about a server that gives up first, by what is waited for."""


def promise_in(reason: str) -> Other | None:
    """The promise that the reason of a check is about; ``None`` for other reasons."""
    return PROMISES.get(reason.partition(": ")[0])
