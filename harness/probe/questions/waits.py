"""Asks how many requests are in the app if they wait for something but a socket.

The overlap is measured with requests that wait for a socket. Here requests wait in
other ways (``target/hold.py``), each on a server of its own: a way that goes wrong may
leave its server unusable.
"""

from functools import partial

from harness.probe.loads import Offer
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.round import run_round
from harness.records.rounds import Round
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.words import Outcome

MOST_ROUNDS = 6
"""Most rounds for one kind of wait, as long as fewer enter than could."""

NOT_IMPLEMENTED = 501
"""The status of the answer if the app cannot wait in this way."""


async def ask(servers: Servers, context: Context) -> WaitsSeen:
    """See how many are in the app at once, for each kind of wait."""
    seen = [
        await servers.use(partial(_seen, wait=wait, context=context)) for wait in Wait
    ]
    return WaitsSeen(waits=tuple(seen))


async def _seen(probe: Probe, wait: Wait, context: Context) -> WaitKindSeen:
    """Offer one request, then more than declared until the declared number enters."""
    alone = await _round(probe, wait, Offer(1))
    (client,) = probe.batch.clients
    if client.status == NOT_IMPLEMENTED:
        reason = client.body.decode("utf-8", "replace")
        return WaitKindSeen(wait=wait, outcome=Outcome.NOT_SUPPORTED, reason=reason)
    rounds = [alone]
    offered, room = loads(context)
    while alone.admitted and len(rounds) < 1 + MOST_ROUNDS:
        patient = room if len(rounds) == 1 else 0
        rounds.append(await _round(probe, wait, Offer(offered), patient))
        if rounds[-1].peak >= room or rounds[-1].stalled:
            break
    return WaitKindSeen(wait=wait, rounds=tuple(rounds))


def loads(context: Context) -> tuple[int, int]:
    """How many requests to offer, and how many of them should be in the app at once.

    That is twice the declared number, so that some are seen to wait, but at most
    ``limit``: a thousand requests are not needed to see whether one enters or all do.
    """
    if context.declared is None or 2 * context.load > max(context.limit, 2):
        return context.limit, min(context.load, context.limit)
    return 2 * context.load, context.load


async def _round(probe: Probe, wait: Wait, offer: Offer, patient: int = 0) -> Round:
    if wait in (Wait.ASYNC, Wait.STREAM):
        return await run_round(probe, offer, patient_below=patient, view=wait)
    return await run_round(probe, offer, patient_below=patient, query=f"&wait={wait}")
