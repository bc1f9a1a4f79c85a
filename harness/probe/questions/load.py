"""Offers a load and keeps it in the app: the first step of several questions."""

from harness.probe.batch import Batch
from harness.probe.gathering import gather
from harness.probe.probe import Probe
from harness.probe.round import finish
from harness.probe.round import offer
from harness.probe.watching import watch
from harness.records.words import Arrival

BEYOND = 4
"""Requests offered beyond the ceiling, so that some wait."""


async def fill(
    probe: Probe, count: int, enough: int, seconds: float | None = None
) -> Batch:
    """Offer ``count`` requests at once, and leave them in the app or waiting.

    While fewer than ``enough`` are in the app, a quiet server is watched for
    ``seconds``, by default for as long as in a round. The caller has to ``disperse`` in
    the end. Raises ``Ended``.
    """

    def are_in() -> bool:
        return len(probe.holds.held) >= enough or probe.all_in_or_ended()

    batch = gather(probe, count)
    await offer(probe, Arrival.BURST)
    await watch(probe, are_in, seconds)
    return batch


async def admit(
    probe: Probe, count: int, enough: int, seconds: float | None = None
) -> list[int]:
    """Like ``fill``, then release all; return the process of each admitted request."""
    with probe.dispersing():
        await fill(probe, count, enough, seconds)
        admitted = list(probe.holds.processes().values())
        await finish(probe)
        return admitted
