"""Finds servers that listen on no port of the check, or do not speak plain HTTP.

It tries Unix sockets, TLS and uwsgi's protocol. A server that listens on another port
cannot be measured: the port may belong to production.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Coroutine
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from harness.deployment.app.other_protocols import ONLY_HTTP_2
from harness.deployment.app.other_protocols import ONLY_WITH_A_CERTIFICATE
from harness.deployment.app.other_protocols import speaks_http_2
from harness.deployment.app.other_protocols import TRY_SECONDS
from harness.deployment.app.other_protocols import wants_a_certificate
from harness.deployment.app.other_protocols import with_protocol
from harness.deployment.app.respawning import processes_now
from harness.deployment.app.respawning import Respawning
from harness.deployment.app.respawning import without_supervisors
from harness.probe.clients import Client
from harness.probe.listeners import listened_on
from harness.probe.listeners import listening_addresses
from harness.probe.look import at_rest
from harness.probe.look import look
from harness.probe.messages import ClientRequest
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.ready import NO_FAULT
from harness.probe.ready import NotAnswering
from harness.probe.ready import OutOfTime
from harness.probe.ready import send_one
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.system.process import ProcessTree
from harness.system.sockets import unix_sockets

OTHER_PORTS_SECONDS = 10
"""Time after which a server that listens only on another port will stay there."""

OTHER_PORTS_QUIET_SECONDS = 3
"""The same for a server that is quiet."""


NOT_HTTP_LOOKS = 5
"""How many looks in a row, a second apart, must find an answer that is not HTTP before
the check gives up."""

LOOK_SECONDS = 0.2
"""Seconds between two looks at the workers."""

MOUNTS_SECONDS = 20.0
"""Seconds for trying all paths that an app may be mounted below."""


BAD_REQUEST = 400
"""The status with which a server that expects TLS answers plain HTTP."""


class AnswerSearch(NamedTuple):
    """What is known so far in the search for another way to reach a server."""

    server: ProcessTree
    endpoint: Endpoint
    """The port that it was given."""
    request: ClientRequest
    remedy_for: Callable[[set[int]], str]
    """Returns the remedy for a server that listens only on these ports."""
    route: str
    """The path of the request, without the path that the app is mounted below."""
    mounts: Callable[[], Sequence[str]]
    """Paths to try that the app may be mounted below; none if the file names it."""
    is_client: bool
    """Whether the processes are only a client, and containers serve."""


class Reached(NamedTuple):
    """An answer, and the endpoint and path that gave it."""

    client: Client
    endpoint: Endpoint
    below: str = ""
    """The path that the app was found below, if it differs from the given one."""


class Watched:
    """Remembers how the last attempt to reach a server ended."""

    def __init__(self, fault_of: Callable[[Client], Fault | None]) -> None:
        self._fault_of = fault_of
        self.state = State.NEW
        self.status: int | None = None
        self.fault = NO_FAULT

    def fault_of(self, client: Client) -> Fault | None:
        """Call the watched function."""
        self.state, self.status = client.state, client.status
        fault = self._fault_of(client)
        if client.state is not State.GIVEN_UP:  # that one says less
            self.fault = fault or NO_FAULT
        return fault

    def is_app(self, client: Client) -> bool:
        """Whether the app itself answered a request."""
        return self._fault_of(client) is None


async def reach(
    search: AnswerSearch,
    wait: Callable[[Endpoint], Coroutine[Any, Any, Client]],
    watched: Watched,
) -> Reached:
    """Wait for an answer on the port of the check, or by any other way.

    Raises ``NotAnswering``, also once only other ports are open.
    """
    endpoint = search.endpoint
    answer = asyncio.ensure_future(wait(endpoint))
    elsewhere = asyncio.ensure_future(_other_way(search, watched))
    in_vain = asyncio.ensure_future(_workers_end(search))
    ways = answer, elsewhere, in_vain
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            if in_vain.done():
                in_vain.result()
            endpoint = elsewhere.result()
            answer.cancel()
            answer = asyncio.ensure_future(wait(endpoint))
        return Reached(await answer, endpoint)
    except NotAnswering as problem:
        ports = listened_on(without_supervisors(search.server.processes()))
        is_ours = not (search.is_client or endpoint.path or endpoint.port in ports)
        if isinstance(problem, OutOfTime) and ports and is_ours:
            raise _on_other_ports(search, ports) from None
        secured = endpoint._replace(tls=True)
        if watched.status == BAD_REQUEST and await _answers(search, secured):
            # nginx and Apache answer like this to a client that does not speak TLS.
            return Reached(await wait(secured), secured)
        found = await _below_a_path(search, endpoint, watched)
        if found is None:
            raise
        return found
    finally:
        for way in (answer, *ways):
            way.cancel()


async def _workers_end(search: AnswerSearch) -> None:
    """Raise ``NotAnswering`` if workers keep ending for as long as a server starts.

    They are watched separately: looking for other ways may take long, and each of them
    lives only for a moment.
    """
    workers = Respawning(search.server.log)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        tree, now = processes_now(search.server.processes()), time.monotonic()
        if not search.is_client and workers.look(tree, now):
            raise NotAnswering(Fault("its workers keep ending before they answer"))
        if not search.is_client and workers.is_idle(tree, now):
            raise NotAnswering(Fault("its supervisor runs nothing"))


async def _below_a_path(
    search: AnswerSearch, endpoint: Endpoint, watched: Watched
) -> Reached | None:
    """The answer of an app mounted below a path; ``None`` if none is found."""
    if watched.state is not State.ANSWERED:
        return None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(MOUNTS_SECONDS):
            for path in await asyncio.to_thread(search.mounts):
                asked = search.request._replace(target=path + search.route)
                client = await send_one(search.server, endpoint, asked, TRY_SECONDS)
                if watched.is_app(client):
                    return Reached(client, endpoint, path)
    return None


async def _other_way(search: AnswerSearch, watched: Watched) -> Endpoint:
    """Wait until a server answers in another way. Raises ``NotAnswering``."""
    server, port = search.server, search.endpoint.port
    seconds = rested = strange = 0
    before = look(server.processes())
    while True:
        await asyncio.sleep(1)
        now = look(server.processes())
        ports = listened_on(without_supervisors(server.processes()))
        state = watched.state
        for endpoint in _other_ways(search, state, ports):
            if await _answers(search, endpoint):
                return endpoint
        if state is State.RESET:
            if await wants_a_certificate(search.endpoint):
                raise NotAnswering(ONLY_WITH_A_CERTIFICATE)
            if await speaks_http_2(search.endpoint):
                raise NotAnswering(ONLY_HTTP_2)
        strange = strange + 1 if watched.fault.not_http else 0
        if strange >= NOT_HTTP_LOOKS:
            raise NotAnswering(with_protocol(watched.fault))
        if not ports or port in ports or search.is_client:
            seconds = rested = 0
        else:
            seconds += 1
            rested = rested + 1 if at_rest(before, now) else 0
        if seconds >= OTHER_PORTS_SECONDS or rested >= OTHER_PORTS_QUIET_SECONDS:
            raise _on_other_ports(search, ports)
        before = now


def _on_other_ports(search: AnswerSearch, ports: set[int]) -> NotAnswering:
    listed = ", ".join(map(str, sorted(ports)))
    problem = f"it listens on port {listed} and not on the one it was given"
    remedy = search.remedy_for(ports)
    return NotAnswering(Fault(problem, remedy, CauseKnown.SURELY))


def _other_ways(
    search: AnswerSearch, state: State, ports: Container[int]
) -> Iterator[Endpoint]:
    """Try other protocols, other addresses of this machine, and Unix sockets."""
    given, processes = search.endpoint, search.server.processes()
    if state is State.RESET:
        yield given._replace(tls=True)
        yield given._replace(uwsgi=True)
    elif search.is_client:
        return  # what it listens on is its own
    elif given.port not in ports:
        for path in unix_sockets(processes):
            yield given._replace(path=path)
            yield given._replace(path=path, uwsgi=True)
            yield given._replace(path=path, tls=True)
    elif state is State.REFUSED:
        for host, port in sorted(listening_addresses(processes)):
            if port == given.port and host != given.host:
                yield given._replace(host=host)


async def _answers(search: AnswerSearch, endpoint: Endpoint) -> bool:
    """Whether anything answers at an endpoint, with any status."""
    client = await send_one(search.server, endpoint, search.request, TRY_SECONDS)
    return client.state is State.ANSWERED
