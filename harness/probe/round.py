"""Runs one round: offers a load, counts, releases, and accounts for every request."""

import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from harness.probe.booting import wait_for_new_processes
from harness.probe.gathering import gather
from harness.probe.kernel import ask_kernel
from harness.probe.loads import Offer
from harness.probe.on_the_way import state_before
from harness.probe.on_the_way import wait_for_connections
from harness.probe.on_the_way import wait_for_requests
from harness.probe.probe import Probe
from harness.probe.quiet import BETWEEN
from harness.probe.sleepers import idle_sleepers
from harness.probe.sleepers import wait_for_sleepers
from harness.probe.watching import pause_patience
from harness.probe.watching import watch
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Settled
from harness.system.schedstat import thread_times

ASLEEP = "&wait=sleep"
"""Makes requests sleep in the app. Then a thread that sleeps on a clock is not a sign
of a request on its way."""

SERVING_TRIES = 5
"""How often to wait for a busy server to serve all requests."""


async def run_round(
    probe: Probe,
    load: Offer,
    *,
    patient_below: int = 0,
    query: str = "",
    view: str = "hold",
) -> Round:
    """Offer one load, count how many are in the app, and release them all.

    While fewer than ``patient_below`` are in the app, the server is watched for longer.
    ``query`` and ``view`` are those of ``gather``. Raises ``Ended``.
    """
    before = await wait_for_new_processes(probe)
    state, ran = state_before(before), 0
    if load.asked == 1:
        # The server has nothing to do now: threads that sleep now do not wait for
        # requests.
        probe.learned.sleepers.idle = idle_sleepers(before)
        ran = _nanoseconds(before)
    gather(probe, load.asked, query, view)
    with probe.dispersing():
        settled, settle_seconds = await offer(probe, load.arrival)
        if load.asked == 1:
            took = _nanoseconds(before) - ran
            probe.learned.alone_nanoseconds = max(probe.learned.alone_nanoseconds, took)
        await wait_for_connections(probe, state)
        probe.batch.give_up_opening()
        if query != ASLEEP:
            settled = await wait_for_requests(probe, settled, state)
        counted = await _count(probe, load, patient_below, settled, settle_seconds)
    # A growing server also shrinks, which replaces nothing.
    gone = () if probe.learned.grows else before.difference(probe.server.processes())
    return msgspec.structs.replace(counted, replaced=len(gone))


def _nanoseconds(processes: Iterable[int]) -> int:
    """Processor time of these processes so far, in nanoseconds."""
    return sum(ran for _, _, ran, _ in thread_times(processes))


async def _count(
    probe: Probe,
    load: Offer,
    patient_below: int,
    settled: Settled,
    settle_seconds: float,
) -> Round:
    """Count the requests in the app, and release them all."""
    first = len(probe.holds.entered)
    short = len(probe.holds.held) < patient_below
    if probe.waiting() and short:
        await watch(probe, probe.all_in_or_ended)
    if settled is not Settled.STEADY_COUNT:
        await wait_for_sleepers(probe, short=short)
    # Counted at one moment: nothing between these lines lets the loop run.
    admitted, waiting = len(probe.holds.held), probe.waiting()
    early = probe.holds.answered.intersection(probe.holds.held)
    if settled is not Settled.STEADY_COUNT:
        await ask_kernel(probe)
    late, spread = len(probe.holds.entered) - first, probe.holds.spread()
    entered_on_release, hand_off_seconds = None, None
    # If exactly one enters for one that leaves, the others were waiting for its slot.
    if waiting and admitted:
        entered_on_release, hand_off_seconds = await hand_off(probe)
    finished = await finish(probe)
    if finished.given_up_early:
        settled = Settled.STEADY_COUNT
    return Round(
        arrival=load.arrival,
        asked=load.asked,
        offered=probe.batch.offered,
        admitted=admitted,
        peak=probe.holds.peak,
        waiting=waiting,
        late=late,
        early=len(early | probe.holds.take_early()),
        asleep=len(probe.learned.sleepers.on_clock) if waiting else 0,
        processes=spread.processes,
        threads=spread.threads,
        settled=settled,
        settle_seconds=settle_seconds,
        entered_on_release=entered_on_release,
        hand_off_seconds=hand_off_seconds,
        broken=probe.holds.broken,
        stalled=finished.stalled,
        strays=probe.holds.strays,
        send_seconds=probe.batch.send_seconds,
        lag_seconds=probe.lag.worst(),
        account=probe.batch.account(probe.holds.entered),
    )


async def offer(probe: Probe, arrival: Arrival) -> tuple[Settled, float]:
    """Send the gathered requests; return how and when the server settled.

    The seconds count from the last request that was sent.
    """
    clients = probe.batch.clients
    if arrival is Arrival.OPENED:
        probe.batch.connect(clients)
        await probe.until(probe.batch.all_connected)
        await probe.let_accept()
        probe.batch.send()
        clients = []
    if arrival is Arrival.STAGGERED:
        for client in clients[:-1]:
            probe.batch.open([client])
            await probe.until(_is_in_or_ended(probe, client.name))
        clients = clients[-1:]
    probe.batch.open(clients)
    count = len(probe.batch.clients)
    await probe.until(lambda: probe.batch.offered == count or probe.all_ended())
    sent = time.monotonic()
    settled = await probe.until(probe.all_in_or_ended)
    return settled, time.monotonic() - sent


def _is_in_or_ended(probe: Probe, name: str) -> Callable[[], bool]:
    return lambda: name in probe.holds.entered or name in probe.batch.ended


async def hand_off(probe: Probe) -> tuple[int, float | None]:
    """Release one request; return how many enter in its place, and after what time."""
    before = set(probe.holds.entered)

    def one_entered() -> bool:
        return len(probe.holds.entered) > len(before)

    released = time.monotonic()
    probe.holds.release_oldest()
    await probe.until(one_entered)
    if probe.learned.pause_seconds:
        await watch(probe, one_entered, pause_patience(probe.learned))
    await probe.settle()
    entered = [
        hold.entered_app_at
        for name, hold in probe.holds.held.items()
        if name not in before
    ]
    return len(entered), min(entered) - released if entered else None


class Finished(NamedTuple):
    """What became of requests that were released."""

    stalled: int
    """Number of offered requests that were never served, and were given up."""
    given_up_early: bool
    """Whether some were given up in a server that was not quiet even then."""


async def finish(probe: Probe) -> Finished:
    """Release every request, and wait until each has ended or is given up."""
    sure = probe.always_quiet
    probe.holds.release_all()
    settled = await serve_all(probe)
    if not probe.all_ended():
        await watch(probe, probe.all_ended)
    stalled = probe.batch.give_up()
    given_up_early = stalled > 0 and settled is Settled.STEADY_COUNT
    await probe.settle(BETWEEN)
    if not stalled:  # nothing was counted meanwhile
        probe.always_quiet = sure
    return Finished(stalled, given_up_early)


async def serve_all(probe: Probe) -> Settled:
    """Wait until every request has ended, or the server is quiet before that.

    A server that is not quiet may be about to serve them, so it gets several waits.
    """
    for _ in range(SERVING_TRIES):
        settled = await probe.until(probe.all_ended)
        if settled is not Settled.STEADY_COUNT:
            break
    return settled
