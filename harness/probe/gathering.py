"""Prepares the requests for one server, sends them, and counts from zero again."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from functools import partial

from harness.probe.batch import Batch
from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.states import ENDED
from harness.records.words import Settled


def gather(probe: Probe, count: int, query: str = "", view: str = "hold") -> Batch:
    """Prepare ``count`` requests to be held, and restart the count.

    ``query`` and ``view`` are those of ``Destination.request``.
    """
    to = probe.destination
    batch = _begin(probe, count, lambda name: to.request(name, view, query))
    for client in batch.clients:
        client.source = next(probe.sources, 0)
    # Holds and clients share it, to detect a hold that comes after its request's
    # answer.
    batch.answered = probe.holds.answered
    return batch


def gather_for_route(probe: Probe, count: int, place: str) -> Batch:
    """Prepare ``count`` requests for the app's own route, and restart the count.

    Each is to be held at the place of this name.
    """
    return _begin(probe, count, partial(probe.destination.request_held_at, place))


def _begin(probe: Probe, count: int, request: Callable[[str], ClientRequest]) -> Batch:
    """Restart the count, with ``count`` new requests, each made from its name."""
    number = probe.holds.counts + 1  # so that no name is used twice
    names = [f"r{number}.{index}" for index in range(count)]
    probe.holds.begin(names)
    probe.lag.begin()
    requests = {name: request(name) for name in names}
    probe.batch = Batch(requests, probe.destination.endpoint, probe.moves.happened)
    return probe.batch


def all_there(probe: Probe, clients: Iterable[Client]) -> bool:
    """Whether each of these clients is in the app or has ended."""
    entered = probe.holds.entered
    return all(client.name in entered or client.state in ENDED for client in clients)


def one_more(probe: Probe, name: str, changed: Callable[[Client], None]) -> Client:
    """Prepare one more request to be held, in addition to those gathered before."""
    probe.holds.expect(name)
    to = probe.destination
    return Client(name, to.endpoint, to.request(name), changed)


def gather_beside(
    probe: Probe, count: int, sent: PartialRequest, port: int | None = None
) -> Batch:
    """Prepare ``count`` clients that send a partial request, in addition to the batch.

    They connect to another ``port``, if one is given. Raises ``NotSpoken``.
    """
    probe.destination.check_plain()
    endpoint = probe.destination.endpoint
    if port:
        endpoint = endpoint._replace(port=port)
    requests = {f"beside.{n}": ClientRequest(partial=sent) for n in range(count)}
    probe.beside = Batch(requests, endpoint, probe.moves.happened)
    return probe.beside


async def send_all(probe: Probe, clients: Sequence[Client]) -> None:
    """Send these requests, and wait until all are sent or the server is quiet."""
    batch = probe.batch
    wanted = batch.offered + len(batch.ended) + len(clients)
    batch.open(list(clients))
    await probe.until(lambda: batch.offered + len(batch.ended) >= wanted)


async def all_in(probe: Probe) -> Settled:
    """Wait until all that was sent is in the app, or the server is quiet."""
    batch, holds = probe.batch, probe.holds
    return await probe.until(lambda: len(holds.entered | batch.ended) >= batch.offered)


async def hold(probe: Probe, clients: Sequence[Client]) -> None:
    """Send requests, and wait until all are in the app or the server is quiet."""
    await send_all(probe, clients)
    await all_in(probe)
