"""Prepares the requests that are offered to one server, sends them, and counts anew."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from harness.probe.clients import Client
from harness.probe.crowd import Crowd
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.states import ENDED
from harness.records.words import Settled

NAME_HEADER = "X-Flask-Concurrency-Request"
PLACE_HEADER = "X-Flask-Concurrency-Place"
"""Headers that give a request for the app's own route its name, and the place at which
it is to be held."""


def gather(probe: Probe, count: int, more: str = "", view: str = "hold") -> Crowd:
    """Prepare ``count`` requests to be held, and restart the count.

    ``more`` is added to the target of each, such as ``&wait=lock``, and ``view`` is
    the end of its path.
    """
    names = _begin(probe, count)
    target = probe.target.replace("/hold?", f"/{view}?") + more
    probe.crowd = Crowd(names, probe.address, target, probe.moved, probe.headers)
    for client in probe.crowd.clients:
        client.source = next(probe.sources, 0)
    probe.crowd.answered = probe.holds.answered
    return probe.crowd


def _begin(probe: Probe, count: int) -> list[str]:
    """Restart the count; return names for ``count`` requests."""
    probe.number += 1
    names = [f"r{probe.number}.{index}" for index in range(count)]
    probe.holds.begin(names)
    probe.lag.begin()
    return names


def all_there(probe: Probe, clients: Iterable[Client]) -> bool:
    """Whether each of these is in the app or has ended."""
    entered = probe.holds.entered
    return all(client.name in entered or client.state in ENDED for client in clients)


def one_more(probe: Probe, name: str, changed: Callable[[Client], None]) -> Client:
    """Prepare one more request to be held, beside those gathered before."""
    probe.holds.expect(name)
    target = probe.target.format(name=name)
    return Client(name, probe.address, target, changed, probe.headers)


def gather_for_route(probe: Probe, count: int, place: str) -> Crowd:
    """Prepare ``count`` requests for the app's own ``route``, and restart the count.

    Each is to be held at the place of this name.
    """
    names = _begin(probe, count)
    probe.crowd = Crowd(
        names,
        probe.address,
        probe.route.replace("{", "{{").replace("}", "}}"),
        probe.moved,
        (*probe.headers, (PLACE_HEADER, place)),
        name_header=NAME_HEADER,
    )
    return probe.crowd


def gather_beside(
    probe: Probe, count: int, partial: PartialRequest, port: int | None = None
) -> Crowd:
    """Prepare ``count`` clients that send a partial request, beside the crowd.

    They connect to another ``port``, if one is given. Raises ``NotSpoken``.
    """
    probe.check_plain()
    names = [f"beside.{index}" for index in range(count)]
    where = probe.address._replace(port=port or probe.address.port)
    probe.beside = Crowd(names, where, "/", probe.moved, partial=partial)
    return probe.beside


def request_head(probe: Probe, method: str, view: str, *headers: str) -> bytes:
    """The head of a request to a view other than the one that holds.

    A ``view`` that begins with a slash is a path of the app's own.
    """
    place = "" if view.startswith("/") else probe.target.partition("hold?")[0]
    own = (("Host", probe.address.name), *probe.headers)
    lines = {name.lower(): f"{name}: {value}" for name, value in own}
    lines |= {line.partition(":")[0].lower(): line for line in headers}
    whole = [f"{method} {place}{view} HTTP/1.1", *lines.values(), "", ""]
    return "\r\n".join(whole).encode("latin-1")


async def send_all(probe: Probe, clients: Sequence[Client]) -> None:
    """Send these, and wait until they have been sent or the server is quiet."""
    crowd = probe.crowd
    wanted = crowd.offered + len(crowd.ended) + len(clients)
    crowd.open(list(clients))
    await probe.until(lambda: crowd.offered + len(crowd.ended) >= wanted)


async def all_in(probe: Probe) -> Settled:
    """Wait until all that was sent is in the app, or the server is quiet."""
    crowd, holds = probe.crowd, probe.holds
    return await probe.until(lambda: len(holds.entered | crowd.ended) >= crowd.offered)


async def hold(probe: Probe, clients: Sequence[Client]) -> None:
    """Send requests, and wait until all are in the app or the server is quiet."""
    await send_all(probe, clients)
    await all_in(probe)
