"""Records of requests held at a place inside the app."""

from enum import StrEnum
from typing import Annotated

import msgspec

from harness.records.questions import QuestionSeen
from harness.records.steering import Goal
from harness.records.words import Record
from harness.records.words import Result
from harness.records.words import Settled


class When(StrEnum):
    """When to hold a request that calls a place."""

    BEFORE = "before"
    """Before the place does anything."""
    AFTER = "after"
    """After the place has returned, with the lock or connection that it gave."""


WHERE = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"
"""Pattern of the spelling of a place."""

Where = Annotated[str, msgspec.Meta(pattern=f"^{WHERE}$")]
"""``module:attribute``, the attribute of a class or an object as ``Class.method``."""


class HoldPlace(Record, frozen=True, kw_only=True):
    """A function, a method or a lock at which requests are held."""

    name: str
    """The name, as the user gave it."""
    at: tuple[Where, ...]
    """Where the place may be; it may depend on the release of a library."""
    when: When = When.BEFORE


class PlaceRound(Result, frozen=True, kw_only=True):
    """A round of requests for a route of the app, held at one place."""

    offered: int
    at_door: int
    """Requests in the app when the server was quiet."""
    at_place: int
    """How many of these were held at the place when the watch ended."""
    asking: int
    """How many were waiting in a call of the place by then."""
    ended: dict[str, int] = {}
    """Requests that had ended by then although none was released, by status; ``cut
    off`` if there was no answer."""
    watched_seconds: float = 0.0
    """How long waiting requests were watched, in seconds."""
    processes: int
    """Distinct processes of the requests at the place."""
    stalled: int
    """Requests that had not ended although all were released and the server had been
    quiet for a while."""
    settled: Settled
    order: Goal | None = None
    """Whether the order of workers was chosen to let the most or the least get there;
    null if it was left to chance."""
    complete: bool = True
    """Whether no worker had been stopped for too long when the order was chosen."""
    errors: dict[str, int] = {}
    """Errors that the place raised, such as that a pool is exhausted, and how many
    requests met each."""
    stuck: int = 0
    """Requests that still waited for the place some time after all others were
    released."""


class Narrow(Result, frozen=True, kw_only=True):
    """A place that fewer requests reach than are in the app at the same time."""

    place: str
    at_door: int
    """Requests in the app, in the round in which the fewest of them got to the
    place."""
    at_place: int
    others: str
    """What happens to the requests that do not get there."""
    always: bool
    """Whether the number is the same every time, and not by chance."""


class PlaceSeen(Result, frozen=True, kw_only=True):
    """What was seen of requests to be held at one place."""

    place: str
    found: bool
    """Whether the place was found in a module when the app was ready."""
    rounds: tuple[PlaceRound, ...]


class PlacesSeen(QuestionSeen, frozen=True, kw_only=True, tag="places"):
    """What was seen of requests for the app's own route."""

    route: str = ""
    places: tuple[PlaceSeen, ...] = ()
