"""Asks what happens to requests beyond the ceiling.

All slots in the app are taken first. Then more requests come: the first of them one
after another, so that their order is known, the others at once, until one gets no
connection, one is turned away, or ``MOST`` have come. The kernel tells how many of the
waiting ones are connections that the server has not accepted.

A connection is taken to be impossible after ``ATTEMPTS`` attempts during which no other
request got any further. On the loopback interface the kernel accepts or drops a
connection at once, so each attempt is an answer by itself.
"""

import resource
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from harness.probe.batch import OPENING_AT_ONCE
from harness.probe.clients import Client
from harness.probe.gathering import gather
from harness.probe.listeners import listened_on
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.records.seen import OverflowSeen
from harness.system.sockets import BEGUN
from harness.system.sockets import entries
from harness.system.sockets import LISTENING

MOST = 2_500
"""Requests offered beyond the ceiling, at most: more than the longest listen backlog
that a server of the catalog asks for, which is 2048."""

IN_ORDER = 16
"""How many of these come one after another, and later enter one by one."""

ATTEMPTS = 3
"""Attempts after which a connection counts as impossible."""


async def ask(probe: Probe, context: Context) -> OverflowSeen:
    """Offer more and more requests, then let all in, and see whether any is lost."""
    fill = context.ceiling if context.bounded else context.load
    clients = gather(probe, fill + _most()).clients
    with probe.dispersing():
        return await _seen(probe, clients, fill)


def _most() -> int:
    """``MOST``, or a quarter of the files that this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, soft // 4)


async def _seen(probe: Probe, clients: list[Client], fill: int) -> OverflowSeen:
    arrived = await _come(probe, clients, fill)
    settled = await probe.until(probe.all_in_or_ended)
    in_app, waiting = len(probe.holds.held), probe.waiting()
    in_backlog = _count_backlog(probe.server.processes())
    states = Counter(each.state for each in arrived)
    statuses = Counter(
        str(each.status)
        for each in arrived
        if each.state is State.ANSWERED and each.name not in probe.holds.entered
    )
    probe.batch.give_up_opening()
    served = await _let_in(probe, [each.name for each in arrived])
    finished = await finish(probe)
    return OverflowSeen(
        came=len(arrived),
        in_app=in_app,
        waiting=waiting,
        in_backlog=in_backlog,
        not_opened=states[State.OPENING],
        refused=states[State.REFUSED],
        reset=states[State.RESET],
        turned_away=dict(statuses),
        served=served,
        stalled=finished.stalled,
        given_up_early=finished.given_up_early,
        settled=settled,
        account=probe.batch.account(probe.holds.entered),
    )


async def _come(probe: Probe, clients: list[Client], fill: int) -> list[Client]:
    """Fill the app, then send more until nothing more fits; return all requests."""
    begun = await _begin(probe, clients, 0, fill)
    if len(probe.holds.held) == fill and not probe.waiting():
        for _ in range(IN_ORDER):
            begun = await _begin(probe, clients, begun, 1)
    while probe.waiting() and not _at_an_end(clients[:begun]) and begun < len(clients):
        begun = await _begin(probe, clients, begun, OPENING_AT_ONCE)
    return clients[:begun]


async def _begin(probe: Probe, clients: list[Client], begun: int, count: int) -> int:
    """Send ``count`` more requests; return how many were sent.

    Their connections are waited for.
    """
    end = min(begun + count, len(clients))
    while begun < end:
        more = clients[begun : min(begun + OPENING_AT_ONCE, end)]
        await _open(probe, more)
        begun += len(more)
    return begun


async def _open(probe: Probe, clients: list[Client]) -> None:
    """Open these until each is connected, has ended, or has tried in vain.

    In vain are ``ATTEMPTS`` attempts of all that are left without any progress.
    """
    probe.batch.open(clients)
    while unopened := [c for c in clients if not c.offered and c.state not in ENDED]:
        further, tried = _further(probe), {c.name: c.attempts for c in unopened}

        def done(
            unopened: list[Client] = unopened,
            further: int = further,
            tried: dict[str, int] = tried,
        ) -> bool:
            in_vain = all(c.attempts >= tried[c.name] + ATTEMPTS for c in unopened)
            return in_vain or _further(probe) > further

        while not done():
            await probe.until(done)
        if _further(probe) == further:
            break
    await probe.until(probe.all_in_or_ended)


def _further(probe: Probe) -> int:
    """A value that changes whenever a request is sent or ends."""
    return probe.batch.offered + len(probe.batch.ended)


def _at_an_end(clients: list[Client]) -> bool:
    """Whether one of these got no connection, or was turned away."""
    return any(not client.offered or client.state in ENDED for client in clients)


async def _let_in(probe: Probe, names: list[str]) -> tuple[int, ...]:
    """Release one request after another; return those that enter in their place."""
    order: list[int] = []
    numbers = {name: number for number, name in enumerate(names)}
    for _ in range(IN_ORDER):
        if not probe.holds.held or not probe.waiting():
            break
        order += [numbers[name] for name in await _let_one_in(probe)]
    return tuple(order)


async def _let_one_in(probe: Probe) -> list[str]:
    before = set(probe.holds.entered)
    probe.holds.release_oldest()
    await probe.until(lambda: len(probe.holds.entered) > len(before))
    return [name for name in probe.holds.held if name not in before]


def _count_backlog(processes: list[int]) -> int | None:
    """Connections that these processes have not accepted; ``None`` if not known."""
    ports = listened_on(processes)
    tables = [
        Path(f"/proc/{process}/net/{table}")
        for process in processes[:1]
        for table in ("tcp", "tcp6")
    ]
    try:
        lines = [line for table in tables for line in table.read_text().splitlines()]
    except OSError:
        return None
    return waiting_in(lines, ports) if ports else None


def waiting_in(lines: Iterable[str], ports: set[int]) -> int:
    """Count waiting connections in lines of ``/proc/net/tcp``, by listening ports."""
    at_ports = [entry for entry in entries(lines) if entry.port in ports]
    backlogs = sum(each.queued for each in at_ports if each.state == LISTENING)
    return backlogs + sum(each.state == BEGUN for each in at_ports)
