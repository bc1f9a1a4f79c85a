"""Ways to a server that does not answer on the port of the check with plain HTTP.

They are Unix sockets, TLS, uwsgi's protocol, and other addresses of this machine. A
server that listens on another port cannot be measured: it may belong to production.
"""

import asyncio
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from harness.deployment.app.attempts import AnswerSearch
from harness.deployment.app.attempts import Watched
from harness.deployment.app.other_protocols import ONLY_HTTP_2
from harness.deployment.app.other_protocols import ONLY_WITH_A_CERTIFICATE
from harness.deployment.app.other_protocols import speaks_http_2
from harness.deployment.app.other_protocols import TRY_SECONDS
from harness.deployment.app.other_protocols import wants_a_certificate
from harness.deployment.app.other_protocols import with_protocol
from harness.deployment.app.respawning import processes_now
from harness.deployment.app.respawning import without_supervisors
from harness.deployment.command.setting import Refused
from harness.deployment.declared.uwsgi import check_words
from harness.probe.listeners import listened_on
from harness.probe.listeners import listening_addresses
from harness.probe.look import at_rest
from harness.probe.look import Look
from harness.probe.look import look
from harness.probe.look import Thread
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.ready import NotAnswering
from harness.probe.ready import send_one
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.system.sockets import unix_sockets

OTHER_PORTS_SECONDS = 10
"""Time after which a server that listens only on another port will stay there."""

OTHER_PORTS_QUIET_SECONDS = 3
"""The same for a server that is quiet."""

NOT_HTTP_LOOKS = 5
"""Number of looks in a row, a second apart, that must find an answer that is not HTTP
before the check gives up."""

STARTING_NANOSECONDS = 50_000_000
"""Time run, or waited for a processor, in one second by a tree that is still starting.
Servers that only wait for requests need far less."""

STARTED_NANOSECONDS = 10_000_000_000
"""Time run after which a tree that never rests is no longer taken to be starting."""


async def other_way(search: AnswerSearch, watched: Watched) -> Endpoint:
    """Wait until a server answers in another way. Raises ``NotAnswering``."""
    server, port = search.server, search.endpoint.port
    seconds = rested = strange = started = 0
    before = look(server.processes())
    while True:
        await asyncio.sleep(1)
        now = look(server.processes())
        ports = listened_on(without_supervisors(server.processes()))
        state = watched.state
        _check_protocol(search, ports)
        if found := await _answering(_other_ways(search, state, ports), search):
            # Another server of the same script may still open the port.
            started += ran(before, now)
            waits = found.path and is_starting(before, now)
            if not waits or started >= STARTED_NANOSECONDS:
                return found
        if state is State.RESET:
            if await wants_a_certificate(search.endpoint):
                raise NotAnswering(ONLY_WITH_A_CERTIFICATE)
            if await speaks_http_2(search.endpoint):
                raise NotAnswering(ONLY_HTTP_2)
        strange = strange + 1 if watched.fault.not_http else 0
        if strange >= NOT_HTTP_LOOKS:
            raise NotAnswering(with_protocol(watched.fault))
        if not ports or port in ports or search.is_client or found:
            seconds = rested = 0
        else:
            seconds += 1
            rested = rested + 1 if at_rest(before, now) else 0
        if seconds >= OTHER_PORTS_SECONDS or rested >= OTHER_PORTS_QUIET_SECONDS:
            raise on_other_ports(search, ports)
        before = now


def _check_protocol(search: AnswerSearch, ports: Container[int]) -> None:
    """Raise ``NotAnswering`` if a uWSGI has the port for a protocol of other proxies.

    It waits for more of each request, so that none ends.
    """
    port = search.endpoint.port
    if port in ports:
        for each in processes_now(search.server.processes()).values():
            try:
                check_words(each.words, port)
            except Refused as refusal:
                fault = Fault(refusal.problem, refusal.remedy, CauseKnown.SURELY)
                raise NotAnswering(fault) from None


async def _answering(
    endpoints: Iterable[Endpoint], search: AnswerSearch
) -> Endpoint | None:
    """The first endpoint at which anything answers."""
    for endpoint in endpoints:
        if await answers(search, endpoint):
            return endpoint
    return None


def is_starting(before: Look, now: Look) -> bool:
    """Whether a tree did so much between two looks that it must still be starting."""
    return _increase(before.spent, now.spent) > STARTING_NANOSECONDS


def ran(before: Look, now: Look) -> int:
    """Nanoseconds that a tree ran between two looks."""
    return _increase(before.ran, now.ran)


def _increase(before: Mapping[Thread, int], now: Mapping[Thread, int]) -> int:
    """The sum over all threads; one that has ended takes nothing away."""
    return sum(number - before.get(thread, 0) for thread, number in now.items())


def on_other_ports(search: AnswerSearch, ports: set[int]) -> NotAnswering:
    """The problem of a server that listens only on these ports."""
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
        return  # a client listens only for itself
    elif given.port not in ports:
        for path in unix_sockets(processes):
            yield given._replace(path=path)
            yield given._replace(path=path, uwsgi=True)
            yield given._replace(path=path, tls=True)
    elif state is State.REFUSED:
        for host, port in sorted(listening_addresses(processes)):
            if port == given.port and host != given.host:
                yield given._replace(host=host)


async def answers(search: AnswerSearch, endpoint: Endpoint) -> bool:
    """Whether anything answers at an endpoint, with any status."""
    client = await send_one(search.server, endpoint, search.request, TRY_SECONDS)
    return client.state is State.ANSWERED
