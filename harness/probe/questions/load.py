"""Knows how to see how many requests get in at once, and where; must not know what was
done to the server before.
"""

from __future__ import annotations

from harness.probe.crowd import Crowd
from harness.probe.probe import PATIENCE_SECONDS
from harness.probe.probe import Probe
from harness.records.words import Arrival

BEYOND = 4
"""Requests that are offered beyond the ceiling where some are to wait."""


async def fill(
    probe: Probe, count: int, enough: int, seconds: float = PATIENCE_SECONDS
) -> Crowd:
    """Offer so many requests at once, and leave them there.

    A quiet server is watched for ``seconds`` until ``enough`` are in the app. Raises
    ``Ended``; who calls this has to ``disperse`` in the end.
    """

    def are_in() -> bool:
        return len(probe.holds.held) >= enough or probe.all_in_or_ended()

    crowd = probe.gather(count)
    await probe.offer(Arrival.BURST)
    await probe.watch(are_in, seconds)
    return crowd


async def admit(
    probe: Probe, count: int, enough: int, seconds: float = PATIENCE_SECONDS
) -> list[int]:
    """The same, and let them go again; the process of each that was in the app."""
    try:
        await fill(probe, count, enough, seconds)
        admitted = list(probe.holds.processes().values())
        await probe.finish()
        return admitted
    finally:
        probe.disperse()
