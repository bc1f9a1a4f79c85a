"""Watches a quiet server for requests that may enter late."""

import asyncio
import time
from collections.abc import Callable

from harness.probe.learned import Learned
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.records.words import Settled

PATIENCE_SECONDS = 1.5
"""Seconds to watch a quiet server that falls short before the number is believed: a
worker may sleep while it boots, and some servers look for connections once a second."""

GROWING_SECONDS = 6.0
"""The same for a server that is known to start processes only while requests wait:
uWSGI looks once a second, and starts one every four seconds by default."""

WATCH_SECONDS = 0.1
"""Seconds that one watch lasts, and the most that counts of its time."""

LOOK_SECONDS = 0.05
"""Seconds between two looks for changes that no request reports."""

SHORTEST_PAUSE_SECONDS = 0.5
"""Least seconds to watch a server for requests that pause in front of the app."""

PAUSES = 3
"""How long to watch a server, in multiples of the longest pause in front of the app."""


def patience(learned: Learned) -> float:
    """How long to watch a quiet server before its number is believed, in seconds."""
    least = GROWING_SECONDS if learned.grows else PATIENCE_SECONDS
    return max(least, PAUSES * learned.pause_seconds)


def pause_patience(learned: Learned) -> float:
    """How long to watch for requests that pause in front of the app, in seconds."""
    return max(SHORTEST_PAUSE_SECONDS, PAUSES * learned.pause_seconds)


async def watch(
    probe: Probe, reached: Callable[[], bool], seconds: float | None = None
) -> bool:
    """Watch a quiet server until ``reached()``, as long as something still changes.

    Returns whether it was reached. Gives up after ``seconds`` without any change, by
    default after ``patience``.
    """
    seconds = patience(probe.learned) if seconds is None else seconds
    while not reached():
        if not await _changes(probe, seconds):
            return False
        await probe.until(reached)
    return True


async def _changes(probe: Probe, seconds: float) -> bool:
    """Whether a request changes within ``seconds`` in which this process ran.

    Time in which this process was stopped, or got no processor, does not count: data
    that came in meanwhile has yet to be read.
    """
    before, watched = probe.count(), 0.0
    while watched < seconds:
        begun = time.monotonic()
        await probe.until_moved(WATCH_SECONDS)
        if probe.count() != before:
            return True
        watched += min(time.monotonic() - begun, WATCH_SECONDS)
    return False


async def look_until(probe: Probe, reached: Callable[[], bool]) -> bool:
    """Look periodically until ``reached()``; return whether it was in time.

    This is for changes that no request reports. Time in which this process did not run
    counts no more than a look; changes from that time are still seen.
    """
    watched = 0.0
    while not reached():
        if watched >= PATIENCE_SECONDS:
            return False
        begun = time.monotonic()
        await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), ROUND_SECONDS)
        watched += min(time.monotonic() - begun, 2 * LOOK_SECONDS)
    return True


async def expect(
    probe: Probe, reached: Callable[[], bool], seconds: float | None = None
) -> Settled:
    """Wait until ``reached()``, for longer if the server is quiet before that.

    ``seconds`` is for ``watch``. Returns how the server settled before that.
    """
    settled = await probe.until(reached)
    await watch(probe, reached, seconds)
    return settled
