"""Asks whether one HTTP/2 connection gets as many slots as many connections.

Requests are sent together on one HTTP/2 connection, as a browser or a proxy does, and
held. A server may give a connection to one worker, and limits its streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.probe.gathering import gather
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.waits import loads
from harness.probe.transports import NotSpoken
from harness.probe.watching import expect
from harness.records.http2 import Http2Seen
from harness.records.http2 import StreamRound
from harness.records.words import Settled

if TYPE_CHECKING:
    from harness.probe.http2 import Http2Connection

ROUNDS = 3
"""Rounds with many requests; another connection may reach another worker."""

SUCCESS = 200


async def ask(probe: Probe, context: Context) -> Http2Seen:
    """See how many requests of one connection are in the app. Raises ``NotSpoken``."""
    count, _ = loads(context)
    if probe.destination.endpoint.uwsgi:
        raise NotSpoken("this is asked only of servers that speak HTTP")
    rounds = [await _round(probe, n) for n in (1, *(ROUNDS * [count]))]
    streams = rounds[-1][1]
    offered = tuple(round_ for round_, _ in rounds)
    return Http2Seen(asked=count, streams=streams, rounds=offered)


async def _round(probe: Probe, count: int) -> tuple[StreamRound, int | None]:
    """Offer requests on one connection; return the round and the allowed streams."""
    from harness.probe.http2 import connect  # h2 is needed for this alone

    batch = gather(probe, count)
    connection = await connect(probe.destination.endpoint, probe.moves.happened)
    try:
        await _greeted(probe, connection)
        most = connection.streams
        sent = batch.clients[:most]
        for client in sent:
            connection.ask(client.name, client.request)
        return await _count(probe, connection, {c.name for c in sent}), most
    finally:
        connection.close()
        probe.disperse()


async def _greeted(probe: Probe, connection: Http2Connection) -> None:
    """Wait for the settings of the server. Raises ``NotSpoken``."""

    def known() -> bool:
        return connection.is_greeted or connection.is_over

    settled = await expect(probe, known)
    if not known() and settled is Settled.STEADY_COUNT:
        raise TimeoutError
    if not connection.is_greeted:
        raise NotSpoken(
            "it does not speak HTTP/2 to a client that begins with it, without TLS"
        )


async def _count(
    probe: Probe, connection: Http2Connection, names: set[str]
) -> StreamRound:
    """Count the requests in the app, and release them all."""

    def all_in() -> bool:
        return names <= probe.holds.entered | connection.answers.keys()

    def all_answered() -> bool:
        return names <= connection.answers.keys()

    settled = await expect(probe, all_in)
    admitted, spread = len(probe.holds.held), probe.holds.spread()
    waiting = len(names) - admitted - len(connection.answers)
    probe.holds.release_all()
    await expect(probe, all_answered)
    statuses = list(connection.answers.values())
    return StreamRound(
        offered=len(names),
        admitted=admitted,
        waiting=waiting,
        processes=spread.processes,
        settled=settled,
        answered=statuses.count(SUCCESS),
    )
