"""Asks how many open event streams shut everyone else out.

A client asks for an event stream, gets a first event, and waits for the next. This is
how server-sent events work: the request stays in the app. At the end the clients leave,
as when a tab is closed, and it is measured how long their streams keep their slots.
"""

from collections.abc import Sequence

import msgspec

from harness.probe.clients import Client
from harness.probe.gathering import gather
from harness.probe.messages import ClientRequest
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.staying import Staying
from harness.probe.questions.staying import StaySearch
from harness.probe.round import finish
from harness.probe.watching import look_until
from harness.records.staying import EventsSeen
from harness.records.words import Settled

ACCEPT = ("Accept", "text/event-stream")

EVENTS = 3
"""How often the app sends an event to clients that have left."""

MOST_STREAMS = 16
"""Most streams that clients leave: more would show nothing new."""


class OpenStream(Staying):
    """An event stream of the probe's route, or of a route of the app."""

    def __init__(self, path: str = "") -> None:
        self._path = path
        self.in_app = not path

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Prepare each client to ask for a stream."""
        for client in clients:
            client.request = (
                ClientRequest(self._path, (*client.request.headers, ACCEPT))
                if self._path
                else probe.destination.request(client.name, "stream")
            )

    def has_begun(self, client: Client) -> bool:
        """Whether a first event has arrived."""
        return bool(client.body)

    async def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """End the streams: the app ends the probe's own; clients leave all others."""
        if self._path:
            await super().end(probe, clients)


async def ask(probe: Probe, context: Context) -> EventsSeen:
    """Find how many open streams shut everyone else out, and what happens to them."""
    path = context.own.events_at
    seen = await StaySearch(probe, OpenStream(path), context).run(EventsSeen, path)
    if path:
        return seen
    return await _outlast(probe, min(context.ceiling, MOST_STREAMS), seen)


async def _outlast(probe: Probe, count: int, seen: EventsSeen) -> EventsSeen:
    """Add what becomes of a further event, and of streams whose clients have left.

    Nothing is added if the server was not quiet meanwhile.
    """
    batch = gather(probe, count, f"&events={EVENTS + 3}", "stream")
    with probe.dispersing():
        batch.open(batch.clients)
        await probe.until(probe.all_in_or_ended)
        quiet = await _next_event(probe)
        listening = [
            client for client in batch.clients if client.name in probe.holds.held
        ]
        live = await _received(probe, listening)
        batch.leave(batch.clients)
        quiet = await probe.settle() is not Settled.STEADY_COUNT and quiet
        left = [len(probe.holds.held)]
        while quiet and left[-1] and len(left) <= EVENTS:
            quiet = await _next_event(probe)
            left.append(len(probe.holds.held))
        await finish(probe)
    if not quiet:
        return seen
    outlasting = {"open": len(listening), "live": live, "left": tuple(left)}
    return msgspec.structs.replace(seen, **outlasting)


async def _next_event(probe: Probe) -> bool:
    """Have each stream send an event and go on; whether the server is quiet again."""
    for name in list(probe.holds.held):
        probe.holds.release(name)
    return await probe.settle() is not Settled.STEADY_COUNT


async def _received(probe: Probe, clients: Sequence[Client]) -> int:
    """Number of clients that got more than a first event, after a short wait.

    A proxy may wait a fifth of a second for more to send.
    """

    def received() -> int:
        return sum(len(client.body) > 1 for client in clients)

    await look_until(probe, lambda: received() == len(clients))
    return received()
