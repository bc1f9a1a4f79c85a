"""Waits for an answer on the port of the check, or in any other way.

Besides the ways of ``other_ways``, an app may be mounted below a path.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from collections.abc import Coroutine
from typing import Any

from harness.deployment.app.attempts import AnswerSearch
from harness.deployment.app.attempts import Reached
from harness.deployment.app.attempts import Watched
from harness.deployment.app.other_protocols import TRY_SECONDS
from harness.deployment.app.other_ways import answers
from harness.deployment.app.other_ways import on_other_ports
from harness.deployment.app.other_ways import other_way
from harness.deployment.app.respawning import processes_now
from harness.deployment.app.respawning import Respawning
from harness.deployment.app.respawning import without_supervisors
from harness.probe.clients import Client
from harness.probe.listeners import listened_on
from harness.probe.ready import Fault
from harness.probe.ready import NotAnswering
from harness.probe.ready import OutOfTime
from harness.probe.ready import send_one
from harness.probe.states import State
from harness.probe.transports import Endpoint

LOOK_SECONDS = 0.2
"""Seconds between two looks at the workers."""

MOUNTS_SECONDS = 20.0
"""Seconds for trying all paths that an app may be mounted below."""

BAD_REQUEST = 400
"""The status with which a server that expects TLS answers plain HTTP."""


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
    elsewhere = asyncio.ensure_future(other_way(search, watched))
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
            raise on_other_ports(search, ports) from None
        secured = endpoint._replace(tls=True)
        if watched.status == BAD_REQUEST and await answers(search, secured):
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
                target = path + search.request.target
                asked = search.request._replace(target=target)
                client = await send_one(search.server, endpoint, asked, TRY_SECONDS)
                if watched.is_app(client):
                    return Reached(client, endpoint, path)
    return None
