"""Knows how to see how many requests are in the app when they wait for something else
than a socket; must not judge it.

The overlap is that of requests which wait for a socket, since that is how all of them
are held. Here the same is offered to servers whose requests wait in other ways
(``target/hold.py``), each kind on a server of its own: one that goes wrong may leave
a server unusable for the next.
"""

from __future__ import annotations

from harness.probe.probe import Probe
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.probe.schedule import Offer
from harness.records.questions import Wait
from harness.records.questions import WaitsAsked
from harness.records.questions import WaitSeen
from harness.records.rounds import Round
from harness.records.words import Outcome

MOST_ROUNDS = 6
"""Rounds of one kind of wait, as long as fewer got in than could."""

NOT_IMPLEMENTED = 501
"""With this status the app answers where it cannot wait in such a way."""


async def ask(servers: Servers, terms: Terms) -> WaitsAsked:
    """How many are in the app at once, for each kind of wait."""
    seen = []
    for wait in Wait:

        async def rounds(probe: Probe, wait: Wait = wait) -> WaitSeen:
            return await _seen(probe, wait, terms)

        seen.append(await servers.use(rounds))
    return WaitsAsked(waits=tuple(seen))


async def _seen(probe: Probe, wait: Wait, terms: Terms) -> WaitSeen:
    """One request alone, then more than the declared number, until that is reached."""
    alone = await _round(probe, wait, Offer(1))
    (client,) = probe.crowd.clients
    if client.status == NOT_IMPLEMENTED:
        said = client.body.decode("utf-8", "replace")
        return WaitSeen(wait=wait, outcome=Outcome.NOT_SUPPORTED, reason=said)
    rounds = [alone]
    offered, room = loads(terms)
    while alone.admitted and len(rounds) < 1 + MOST_ROUNDS:
        patient = room if len(rounds) == 1 else 0
        rounds.append(await _round(probe, wait, Offer(offered), patient))
        if rounds[-1].peak >= room or rounds[-1].stalled:
            break
    return WaitSeen(wait=wait, rounds=tuple(rounds))


def loads(terms: Terms) -> tuple[int, int]:
    """How many to offer, and how many of these ought to be in the app at once.

    Twice as many as declared, so that some are seen to wait; but no more than what has
    no bound is tried with: whether one or all are let in does not need a thousand.
    """
    if terms.declared is None or 2 * terms.load > max(terms.limit, 2):
        return terms.limit, min(terms.load, terms.limit)
    return 2 * terms.load, terms.load


async def _round(probe: Probe, wait: Wait, offer: Offer, patient: int = 0) -> Round:
    if wait is Wait.ASYNC:
        return await probe.round(offer, patient_below=patient, view="async")
    return await probe.round(offer, patient_below=patient, more=f"&wait={wait}")
