"""How many event streams may be open, and who gets in beside them.

A client asks for an event stream, gets a first event, and waits for the next one. That
is what server-sent events do: the request stays in the app. In the end it is seen how
long a stream keeps its place when its client has left, as when a tab is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.probe.clients import Client
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.staying import StaySearch
from harness.probe.round import finish
from harness.records.staying import EventsSeen
from harness.records.words import Settled

EVENTS = 3
"""How often the app sends an event to clients that have left."""

MOST_LEAVING = 16


class OpenStream:
    """An event stream of the probe's own route, or of one of the app's."""

    def __init__(self, path: str = "") -> None:
        self._path = path
        self.in_app = not path

    def prepare(self, probe: Probe, client: Client) -> None:
        """Have it ask for a stream."""
        if self._path:
            client.target = self._path
            client.headers = (*client.headers, ("Accept", "text/event-stream"))
        else:
            client.target = client.target.replace("/hold?", "/stream?")

    def has_begun(self, client: Client) -> bool:
        """Whether a first event has come."""
        return bool(client.body)

    def beat(self, clients: Sequence[Client]) -> None:
        """Clients of a stream only listen."""

    def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """The app ends streams of the probe; from others the clients leave."""
        if self._path:
            probe.crowd.leave(clients)


async def ask(servers: Servers, context: Context) -> EventsSeen:
    """See how many open streams shut everyone else out, and when they end."""
    path = context.own.events_at

    async def search(probe: Probe) -> EventsSeen:
        looking = StaySearch(probe, OpenStream(path), context)
        seen = await looking.seen(EventsSeen, path)
        if path:
            return seen
        count = min(context.ceiling, MOST_LEAVING)
        return msgspec.structs.replace(seen, left=await _leave(probe, count))

    return await servers.use(search)


async def _leave(probe: Probe, count: int) -> tuple[int, ...]:
    """How many streams are in the app when their clients have left, and again after
    each further event; nothing where the server was not quiet meanwhile.
    """
    crowd = probe.gather(count, f"&events={EVENTS + 2}", "stream")
    try:
        crowd.open(crowd.clients)
        await probe.until(probe.all_in_or_ended)
        crowd.leave(crowd.clients)
        quiet = await probe.settle() is not Settled.STEADY_COUNT
        left = [len(probe.holds.held)]
        while quiet and left[-1] and len(left) <= EVENTS:
            for name in list(probe.holds.held):
                probe.holds.release(name)
            quiet = await probe.settle() is not Settled.STEADY_COUNT
            left.append(len(probe.holds.held))
        await finish(probe)
        return tuple(left) if quiet else ()
    finally:
        probe.disperse()
