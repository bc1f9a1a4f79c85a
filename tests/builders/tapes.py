"""Tapes made by hand, from the moments at which the number of requests changed."""

from typing import Any

from harness.records.choices import Act
from harness.records.life import Lane
from harness.records.life import LostRequest
from harness.records.life import Sent
from harness.records.life import TapeSeen
from harness.records.words import Outcome

Change = tuple[float, int, int]
"""Seconds after the act, and the numbers in old and in new processes from then on."""


def tape_seen(act: Act, *changes: Change, until: float = 5.0, **other: Any) -> TapeSeen:
    """A tape that goes on for ``until`` seconds after the act."""
    fields: dict[str, Any] = {
        "places": 4,
        "offered": 12,
        "stay_seconds": 0.2,
        "boot_seconds": 1.0,
        "sent": (Sent(at=0.0, signal="SIGHUP", to="the first process"),),
        "at_ms": tuple(round(1000 * at) for at, _, _ in changes),
        "old": tuple(old for _, old, _ in changes),
        "new": tuple(new for _, _, new in changes),
        "lanes": (
            Lane(process=11, first=-1.6, last=0.2, requests=9),
            Lane(process=12, first=1.4, last=until, requests=20),
        ),
        "requests": 29,
        "answered": 29,
        "hand_off_seconds": 0.012,
        "lag_seconds": 0.008,
        "watched_seconds": until,
    }
    return TapeSeen(act=act, **{**fields, **other})


def lost(at: float, ended: str = "reset", **other: Any) -> LostRequest:
    """A request that was offered and running before the act, and lost after it."""
    fields: dict[str, Any] = {
        "request": "s27",
        "ended": ended,
        "process": 11,
        "offered_at": -0.6,
        "entered_at": -0.2,
        "ended_at": at,
    }
    return LostRequest(**{**fields, **other})


RELOADED = tape_seen(
    Act.RELOAD,
    (-1.6, 1, 0), (-1.5, 4, 0), (0.1, 3, 0), (0.12, 4, 0), (0.2, 2, 0), (0.3, 0, 0),
    (1.4, 0, 1), (1.5, 0, 4),
)  # fmt: skip

KILLED = tape_seen(
    Act.KILL, (-1.5, 4, 0), (0.0, 3, 0), (1.3, 3, 1), lost=(lost(0.01),), lost_in_all=1
)

ENDED = tape_seen(
    Act.END,
    (-1.5, 4, 0), (0.1, 2, 0), (0.2, 0, 0),
    until=1.2,
    ended="the server exited with status 0",
    ended_at=1.1,
    catches_term=True,
    lost=(lost(0.9, request="s30", process=None, entered_at=None),),
    lost_in_all=1,
)  # fmt: skip

UNCAUGHT = TapeSeen(
    act=Act.UPGRADE,
    outcome=Outcome.NOT_SUPPORTED,
    reason="the first process has no handler for SIGUSR2",
)
