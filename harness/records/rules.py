"""Stable ids of everything that a report can find, each with a page in ``docs/rules``.

An id is never used for another finding, even when its own no longer exists.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

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


class Rule(NamedTuple):
    """One kind of finding."""

    code: str
    word: Word
    about: str
    """The meaning, in one sentence."""

    @property
    def name(self) -> str:
        """A short name, such as ``not-installed``."""
        return self.word.replace(" ", "-").replace(",", "")


RULES = (
    Rule(
        "FC001",
        Verdict.UNEVEN,
        "The declared number of requests is handled at times, and fewer at others.",
    ),
    Rule(
        "FC002",
        Verdict.FEWER,
        "Never as many requests are handled at once as are declared.",
    ),
    Rule(
        "FC003",
        Verdict.MORE,
        "More requests are handled at once than are declared.",
    ),
    Rule(
        "FC004",
        Verdict.UNKNOWN,
        "The measurement leaves open how many requests are handled at once.",
    ),
    Rule(
        "FC005",
        Other.CLAIMS,
        "What the server tells the app about itself is contradicted by what was seen.",
    ),
    Rule(
        "FC101",
        Outcome.NOT_INSTALLED,
        "The packages that are needed could not be installed.",
    ),
    Rule("FC102", Outcome.NOT_STARTED, "The server ended before the app answered."),
    Rule("FC103", Outcome.NOT_ANSWERING, "The server ran, but the app did not answer."),
    Rule("FC104", Outcome.DIED, "The server ended while it was measured."),
    Rule(
        "FC105",
        Outcome.HARNESS_FAILED,
        "The instrument failed, so there is no number.",
    ),
    Rule(
        "FC106",
        Outcome.NOT_SUPPORTED,
        "This cannot be measured here, for a reason known in advance.",
    ),
    Rule(
        "FC107",
        Outcome.ACCOUNTS_DISAGREE,
        "Two independent accounts of the requests in the app contradict each other.",
    ),
    Rule(
        "FC201",
        Other.AT_LEAST,
        "Fewer requests than `at-least` were handled at once, always or at times.",
    ),
    Rule(
        "FC202",
        Other.NEVER_BELOW,
        "At some moment of the server's life there were fewer places than "
        "`never-below`.",
    ),
    Rule(
        "FC203",
        Other.ON_TERM,
        "On SIGTERM requests in the app were lost, though they are to finish.",
    ),
    Rule(
        "FC301",
        Other.CONTRADICTION,
        "Two places of a repository declare different numbers for the same app.",
    ),
    Rule(
        "FC302",
        Other.PROCESSORS,
        "What is declared depends on the processors of the machine.",
    ),
    Rule(
        "FC303",
        Other.PLATFORM_MORE,
        "The platform sends an instance more requests at once than its app takes.",
    ),
    Rule(
        "FC304",
        Other.PLATFORM_FEWER,
        "The platform sends an instance fewer requests at once than its app takes.",
    ),
    Rule(
        "FC305",
        Other.APP_GIVES_UP,
        "The server ends a request for which its platform would still wait.",
    ),
    Rule(
        "FC306",
        Other.APP_CLOSES,
        "The server closes idle connections that its platform still wants to use.",
    ),
    Rule(
        "FC401",
        Change.FEWER,
        "Fewer requests are handled at once than in the baseline.",
    ),
    Rule(
        "FC402", Change.BROKE, "What the baseline has could not be measured any more."
    ),
    Rule("FC403", Change.GONE, "What is in the baseline was not measured this time."),
    Rule(
        "FC404",
        Change.NOT_COMPARABLE,
        "The two measurements cannot be compared with each other.",
    ),
    Rule(
        "FC405",
        Change.MORE,
        "More requests are handled at once than in the baseline.",
    ),
    Rule(
        "FC406",
        Change.RECOVERED,
        "What could not be measured in the baseline was measured this time.",
    ),
    Rule(
        "FC407",
        Other.UNMATCHED,
        "A change was acknowledged in advance, and did not come.",
    ),
    Rule(
        "FC501",
        Other.STARVED,
        "Requests in the app can keep a health check from being answered in time.",
    ),
    Rule(
        "FC502",
        Other.SHUT_OUT,
        "Slow uploads, event streams, WebSockets or Socket.IO clients that poll can "
        "keep everyone else out.",
    ),
    Rule(
        "FC503",
        Other.HELD_BACK,
        "Events do not reach the client while their stream lasts.",
    ),
    Rule(
        "FC504",
        Other.ONE_CONNECTION,
        "Requests on one HTTP/2 connection get fewer places than on several.",
    ),
    Rule(
        "FC505",
        Other.NARROW,
        "Fewer requests get to a place inside the app than are in it at once.",
    ),
)

BY_CODE = {each.code: each for each in RULES}


def with_id(word: Word) -> str:
    """A finding as it is shown: ``below at-least (FC201)``."""
    return f"{word} ({code_of(word)})"


def code_of(word: Word) -> str:
    """The id of a word; empty if it is no finding."""
    same = (each for each in RULES if type(each.word) is type(word))
    return next((each.code for each in same if each.word == word), "")


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
