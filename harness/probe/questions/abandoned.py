"""Asks what becomes of requests whose clients give up.

First the clients of all held requests reset their connections, then those of all
waiting ones. The holds show, as always, what the app does with these requests.
"""

from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.load import admit
from harness.probe.questions.load import BEYOND
from harness.probe.questions.load import fill
from harness.probe.round import finish
from harness.probe.watching import expect
from harness.records.seen import AbandonedSeen

ROUNDS = 5
"""The most rounds afterwards: workers that share the load do not always admit all."""


async def ask(probe: Probe, context: Context) -> AbandonedSeen:
    """See what abandoned requests still take away from others."""
    probe.always_quiet = True
    ceiling = context.ceiling
    with probe.dispersing():
        batch = await fill(probe, ceiling + BEYOND, ceiling)
        entered = probe.holds.entered
        held = set(probe.holds.held)
        batch.leave(client for client in batch.clients if client.name in held)
        waiting = probe.waiting()
        await expect(probe, lambda: not held & probe.holds.held.keys())
        await probe.settle()
        still, instead = len(held & probe.holds.held.keys()), len(entered - held)
        left = probe.names_waiting()
        batch.leave(client for client in batch.clients if client.name in left)
        await probe.settle()
        probe.holds.release_all()
        await expect(probe, lambda: left <= entered)
        await finish(probe)
    return AbandonedSeen(
        offered=batch.offered,
        held=len(held),
        kept=still,
        waiting=waiting,
        entered_instead=instead,
        waiting_left=len(left),
        entered_later=len(left & entered),
        after=await _after(probe, len(held)),
        quiet=probe.always_quiet,
    )


async def _after(probe: Probe, enough: int) -> tuple[int, ...]:
    """The numbers in the app in further rounds, until one round reaches ``enough``."""
    after: list[int] = []
    while len(after) < ROUNDS and max(after, default=-1) < enough:
        after.append(len(await admit(probe, enough + BEYOND, enough)))
    return tuple(after)
