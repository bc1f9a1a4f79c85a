"""Asks what becomes of idle connections when a server is reloaded.

Clients have had one answer each and keep their connection open. Requests are held in
the app, so that the old workers are still there when they have been told to end. The
next request is sent on each connection that the server has not closed by then. A client
that finds its connection closed could send the request on another one; a request that
was sent whole, and then cut off, is lost.
"""

import os
import signal

from harness.probe.batch import Batch
from harness.probe.gathering import gather_beside
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.questions.load import fill
from harness.probe.round import finish
from harness.probe.states import State
from harness.probe.watching import expect
from harness.records.life import IdleSeen
from harness.system.proc import catches

CONNECTIONS = 8
"""Number of idle connections."""

TRIES = 3
"""Attempts to have all of them open: servers close connections that idle for
seconds."""


async def reload(probe: Probe, ceiling: int) -> IdleSeen | None:
    """Reload a server with idle connections; ``None`` if it ignores SIGHUP.

    Raises ``Ended`` when the server had ended before.
    """
    first = probe.server.origin.started.result()
    if not probe.destination.endpoint.is_plain or not catches(first, signal.SIGHUP):
        return None
    with probe.dispersing():
        for _ in range(TRIES):
            idle = await _idle(probe)
            await fill(probe, ceiling, ceiling, 0.0)
            open_still = _open(idle)
            if open_still or not idle.idle:
                break
            await finish(probe)
            idle.give_up()
        if not open_still:
            return IdleSeen(connections=CONNECTIONS)
        with probe.outliving():
            os.kill(first, signal.SIGHUP)
            return await _next_requests(probe, idle, open_still)


async def _idle(probe: Probe) -> Batch:
    """Open clients that were answered and keep their connections."""
    request = PartialRequest(probe.destination.head("GET", "ready"), stays=True)
    idle = gather_beside(probe, CONNECTIONS, request)
    idle.open(idle.clients)
    await probe.until(lambda: idle.idle + len(idle.ended) >= CONNECTIONS)
    await probe.settle()
    return idle


def _open(idle: Batch) -> int:
    return sum(client.state is State.IDLE for client in idle.clients)


async def _next_requests(probe: Probe, idle: Batch, open_before: int) -> IdleSeen:
    """Send the next request on each connection that is open once the server is quiet.

    Only then are the requests in the app released, so that old workers may end.
    """
    await probe.settle()
    sent = [client for client in idle.clients if client.state is State.IDLE]
    for client in sent:
        client.again()

    def decided() -> bool:
        return not any(client.state is State.OFFERED for client in sent)

    await probe.until(decided)
    await finish(probe)
    await expect(probe, decided)
    # A connection may be closed after its answer.
    answered = sum(not each.cut_short for each in sent)
    lost = sum(each.cut_short and each.state is State.RESET for each in sent)
    return IdleSeen(
        connections=CONNECTIONS,
        kept=open_before,
        closed=open_before - len(sent),
        answered=answered,
        lost=lost,
    )
