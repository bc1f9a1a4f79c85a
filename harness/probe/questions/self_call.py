"""Asks whether requests can call the server that they are in.

Each calling request is held first, so that all are in the app before any calls. Each
worker gets its share of them, if the order of workers can be chosen. Then they are
released together: each is held again over a second connection (``NAME.out``) while it
sends a request to its own server (``NAME.in``), which is released as soon as it enters.
A call whose inner request has not entered when the server is quiet is stuck: the
request waits for its call, and the call for a slot in the app. The probe then tells the
caller to give up, so that the server can be used for other questions.
"""

from functools import partial

from harness.probe.arriving import BY_CHANCE
from harness.probe.arriving import choose_order
from harness.probe.arriving import Order
from harness.probe.arriving import send_in_order
from harness.probe.batch import ending
from harness.probe.gathering import gather
from harness.probe.gathering import hold
from harness.probe.hold import OUT
from harness.probe.hold import request_of
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.round import finish
from harness.probe.watching import watch
from harness.records.seen import CallRound
from harness.records.seen import SelfCallSeen
from harness.records.steering import Goal
from harness.records.words import Settled

ROUNDS = 4
"""The most rounds at the ceiling: where workers share the load by chance,
requests that come together do not always all enter."""

AT_ONCE = 64
"""The most calls at once; each takes two requests and three holds."""


async def ask(probe: Probe, context: Context) -> SelfCallSeen:
    """Let one request call its own server, then as many as fit at once."""
    rounds = [await _round(probe, 1, context)]
    most = min(context.ceiling, max(context.load, 1), AT_ONCE)
    if rounds[0].answered == rounds[0].calls and most > 1:
        order = await choose_order(probe, most, shared=True)
        for _ in range(ROUNDS):
            rounds.append(await _round(probe, most, context, order.towards(Goal.MOST)))
            if rounds[-1].stuck or rounds[-1].together == most:
                break
    return SelfCallSeen(rounds=tuple(rounds))


async def _round(
    probe: Probe, calls: int, context: Context, order: Order = BY_CHANCE
) -> CallRound:
    batch = gather(probe, calls, query=f"&call={probe.destination.seen_from_inside()}")
    with probe.dispersing():
        send = partial(hold, probe)
        await send_in_order(probe, order, batch.clients, (), send)
        await send(())  # those that waited while workers were stopped enter now
        together = len(probe.holds.held)
        settled = await _let_call(probe)
        if not probe.all_ended() and calls < context.ceiling:
            # There was room for the call, so the ceiling does not explain it.
            await watch(probe, lambda: _released(probe) or probe.all_ended())
            settled = await _let_call(probe)
        stuck, waiting, ended = count_stuck(probe), probe.waiting(), _ended(probe)
        await finish(probe)
        account = batch.account(probe.holds.entered)
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
    """The endings of the requests that have ended."""
    entered, ended = probe.holds.entered, probe.batch.ended
    clients = [client for client in probe.batch.clients if client.name in ended]
    return [ending(client, client.name in entered) for client in clients]


def _calling(probe: Probe) -> list[str]:
    """Names of the holds of requests that wait for their call."""
    return [name for name in probe.holds.held if name.endswith(OUT)]


def count_stuck(probe: Probe) -> int:
    """Requests that wait for their call and have no answer yet.

    The probe may hear of an answer before it hears that the hold has ended.
    """
    ended = probe.batch.ended
    return sum(request_of(name) not in ended for name in _calling(probe))


def _released(probe: Probe) -> bool:
    """Release all holds except those of waiting callers; return if there were any."""
    others = [name for name in probe.holds.held if not name.endswith(OUT)]
    for name in others:
        probe.holds.release(name)
    return bool(others)


async def _let_call(probe: Probe) -> Settled:
    """Let requests call and be called until all have ended or the server is quiet."""
    while True:
        _released(probe)
        settled = await probe.until(
            lambda: len(probe.holds.held) > len(_calling(probe)) or probe.all_ended()
        )
        if settled is not Settled.ALL_ENTERED or probe.all_ended():
            return settled
