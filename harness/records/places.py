"""Records of requests that are held at a place inside the app."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from harness.records.questions import QuestionSeen
from harness.records.steering import Goal
from harness.records.words import Record
from harness.records.words import Result
from harness.records.words import Settled


class When(StrEnum):
    """When a request that calls a place is held."""

    BEFORE = "before"
    """Instead of what the place does first."""
    AFTER = "after"
    """With what the place gives out, such as a lock or a connection."""


WHERE = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"
"""How a place is spelled."""

Where = Annotated[str, msgspec.Meta(pattern=f"^{WHERE}$")]
"""``module:attribute``, the attribute of a class or an object as ``Class.method``."""


class HoldPlace(Record, frozen=True, kw_only=True):
    """A function, a method or a lock at which requests are held."""

    name: str
    """As the user gave it."""
    at: tuple[Where, ...]
    """Where the place may be, depending on the release of a library."""
    when: When = When.BEFORE


class PlaceRound(Result, frozen=True, kw_only=True):
    """Some requests for a route of the app, with each held at one place."""

    offered: int
    at_door: int
    """Requests in the app when the server was quiet."""
    at_place: int
    """How many of these were held at the place when the watch ended."""
    asking: int
    """How many were in a call of the place that had not returned by then."""
    ended: dict[str, int] = {}
    """Requests that had ended by then, though none was let go, by status; ``cut off``
    where there was no answer.
    """
    watched_seconds: float = 0.0
    """How long those that waited were watched, in seconds."""
    processes: int
    """Distinct processes that those at the place were in."""
    stalled: int
    """Requests that had not ended when all were let go and the server had been quiet
    for a while."""
    settled: Settled
    order: Goal | None = None
    """Whether the order of workers was chosen for the most or the least that gets
    there; null where it was left to chance."""
    complete: bool = True
    """Whether no worker had been stopped for too long when the order was chosen."""
    errors: dict[str, int] = {}
    """Errors that the place raised, such as that a pool has none left, and how many
    requests met each."""
    stuck: int = 0
    """Requests that still asked for the place a while after all others were let go."""


class Narrow(Result, frozen=True, kw_only=True):
    """A place that fewer requests get to than are in the app at the same time."""

    place: str
    at_door: int
    """Requests in the app, in the round in which the fewest of them
    got to the place.
    """
    at_place: int
    others: str
    """What the requests do that do not get there."""
    always: bool
    """Whether it is so every time, and not by chance."""


class PlaceSeen(Result, frozen=True, kw_only=True):
    """What was seen of requests that were to be held at one place."""

    place: str
    found: bool
    """Whether a module that was imported when the app was ready has it."""
    rounds: tuple[PlaceRound, ...]


class PlacesSeen(QuestionSeen, frozen=True, kw_only=True, tag="places"):
    """What was seen of requests that take a route of the app's own."""

    route: str = ""
    places: tuple[PlaceSeen, ...] = ()
