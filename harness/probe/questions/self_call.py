"""Knows how to see whether requests can call the server that they are in; must not
judge it.

Each request that is to call is held first, so that all of them are in the app before
any calls. Then they are let go together: each says so over a connection of its own
(``NAME.out``) and sends a request to its own server (``NAME.in``), which is let go as
soon as it enters. A call whose inner request has not entered when the server is quiet
is stuck: the request waits for its call, the call for a place in the app. The probe
then tells the caller to give up, so that the server can be used for other questions.
"""

from __future__ import annotations

from harness.probe.crowd import ending
from harness.probe.probe import Probe
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.records.questions import CallRound
from harness.records.questions import SelfCallAsked
from harness.records.words import Arrival
from harness.records.words import Settled

OUT = ".out"
"""What the name of a hold ends with whose request waits for its call."""

ROUNDS = 4
"""Rounds of as many as are let in at once, while places are left: where workers share
the work, those that come together are not always all let in.
"""

AT_ONCE = 64
"""Calls at once that are tried, at most; each takes two requests and three holds."""


async def ask(servers: Servers, terms: Terms) -> SelfCallAsked:
    """One request that calls its own server; then as many as are let in at once."""

    async def rounds(probe: Probe) -> tuple[CallRound, ...]:
        first = await _round(probe, 1, terms)
        most = min(terms.ceiling, max(terms.load, 1), AT_ONCE)
        if first.answered < first.calls or most < 2:
            return (first,)
        seen = [first]
        for _ in range(ROUNDS):
            seen.append(await _round(probe, most, terms))
            if seen[-1].stuck or seen[-1].together == most:
                break
        return tuple(seen)

    return SelfCallAsked(rounds=await servers.use(rounds))


async def _round(probe: Probe, calls: int, terms: Terms) -> CallRound:
    host, port = probe.address
    crowd = probe.gather(calls, more=f"&call={host}:{port}")
    try:
        await probe.offer(Arrival.BURST)
        together = len(probe.holds.held)
        settled = await _let_call(probe)
        if not probe.all_ended() and calls < terms.ceiling:
            # The ceiling does not explain it: there was room for the call.
            await probe.watch(lambda: _released(probe) or probe.all_ended())
            settled = await _let_call(probe)
        stuck, waiting, ended = len(_calling(probe)), probe.waiting(), _ended(probe)
        await probe.finish()
        account = crowd.account(probe.holds.entered)
    finally:
        probe.disperse()
    return CallRound(
        calls=calls,
        together=together,
        answered=ended.count("answered"),
        failed=len(ended) - ended.count("answered"),
        stuck=stuck,
        waiting=waiting,
        settled=settled,
        account=account,
    )


def _ended(probe: Probe) -> list[str]:
    """How those requests ended that have ended by now."""
    entered, ended = probe.holds.entered, probe.crowd.ended
    clients = [each for each in probe.crowd.clients if each.name in ended]
    return [ending(each, each.name in entered) for each in clients]


def _calling(probe: Probe) -> list[str]:
    """The holds of requests that wait for their call."""
    return [name for name in probe.holds.held if name.endswith(OUT)]


def _released(probe: Probe) -> bool:
    """Let go of all in the app but of those that wait; whether there were any."""
    others = [name for name in probe.holds.held if not name.endswith(OUT)]
    for name in others:
        probe.holds.release(name)
    return bool(others)


async def _let_call(probe: Probe) -> Settled:
    """Let requests call and be called, until all have ended or nothing moves."""
    while True:
        _released(probe)
        settled = await probe.until(
            lambda: len(probe.holds.held) > len(_calling(probe)) or probe.all_ended()
        )
        if settled is not Settled.ALL_ENTERED or probe.all_ended():
            return settled
