"""Knows how to see what becomes of requests beyond the ceiling; must not judge it.

All places in the app are taken first. Then more requests come, the first of them one
after the other so that their order is known, the others at once, until one of them
gets no connection, is sent away, or enough have come. Where those are that wait, the
kernel says: it counts the connections that nobody has accepted yet.

A connection that cannot be opened is believed to stall when it was begun several times
while no other request got any further. On the loopback the kernel takes a connection or
drops it at once, so that each of these attempts is an answer by itself.
"""

from __future__ import annotations

import resource
from collections import Counter
from pathlib import Path

from harness.probe.clients import Client
from harness.probe.clients import ENDED
from harness.probe.clients import State
from harness.probe.crowd import OPENING_AT_ONCE
from harness.probe.listeners import entries
from harness.probe.listeners import listened_on
from harness.probe.listeners import LISTENING
from harness.probe.probe import Probe
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.records.questions import OverflowAsked

MOST = 2_500
"""Requests that are offered beyond the ceiling, at most: more than the longest listen
backlog that a server of the catalog asks for, which is 2048."""

IN_ORDER = 16
"""Of these, so many come one after the other, and so many are let in one by one."""

ATTEMPTS = 3
"""How often a connection is begun before it is believed that it cannot be opened."""

BEGUN = "03"
"""The state in ``/proc/net/tcp`` of a connection that the kernel has not given to a
socket that listens yet. With ``TCP_DEFER_ACCEPT``, which uWSGI sets, that is so until
the request has come, and remains so while the backlog is full.
"""


async def ask(servers: Servers, terms: Terms) -> OverflowAsked:
    """Offer more and more; then let all of them in, and see whether any is lost."""

    async def offered(probe: Probe) -> OverflowAsked:
        fill = terms.ceiling if terms.bounded else terms.load
        clients = probe.gather(fill + _most()).clients
        try:
            return await _seen(probe, clients, fill)
        finally:
            probe.disperse()

    return await servers.use(offered)


def _most() -> int:
    """No more than leaves half of the files that may be open to others."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, soft // 4)


async def _seen(probe: Probe, clients: list[Client], fill: int) -> OverflowAsked:
    came = await _come(probe, clients, fill)
    settled = await probe.until(probe.all_in_or_ended)
    in_app, waiting = len(probe.holds.held), probe.waiting()
    in_backlog = _in_backlog(probe.server.processes())
    states = Counter(each.state for each in came)
    statuses = Counter(
        str(each.status)
        for each in came
        if each.state is State.ANSWERED and each.name not in probe.holds.entered
    )
    probe.crowd.give_up_opening()
    served = await _let_in(probe, [each.name for each in came])
    stalled = await probe.finish()
    return OverflowAsked(
        came=len(came),
        in_app=in_app,
        waiting=waiting,
        in_backlog=in_backlog,
        not_opened=states[State.OPENING],
        refused=states[State.REFUSED],
        reset=states[State.RESET],
        turned_away=dict(statuses),
        served=served,
        stalled=stalled,
        settled=settled,
        account=probe.crowd.account(probe.holds.entered),
    )


async def _come(probe: Probe, clients: list[Client], fill: int) -> list[Client]:
    """Take all places, then have more come until there is no room; those that came."""
    begun = await _begin(probe, clients, 0, fill)
    if len(probe.holds.held) == fill and not probe.waiting():
        for _ in range(IN_ORDER):
            begun = await _begin(probe, clients, begun, 1)
    while probe.waiting() and not _at_an_end(clients[:begun]) and begun < len(clients):
        begun = await _begin(probe, clients, begun, OPENING_AT_ONCE)
    return clients[:begun]


async def _begin(probe: Probe, clients: list[Client], begun: int, count: int) -> int:
    """Have some more come; how many have, once each has a connection or gets none."""
    end = min(begun + count, len(clients))
    while begun < end:
        more = clients[begun : min(begun + OPENING_AT_ONCE, end)]
        await _open(probe, more)
        begun += len(more)
    return begun


async def _open(probe: Probe, clients: list[Client]) -> None:
    """Have these come, until each has a connection or has ended, or all others have
    begun theirs several times in vain while none got any further.
    """
    probe.crowd.open(clients)
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
    """Differs when a request was sent, or has ended."""
    return probe.crowd.offered + len(probe.crowd.ended)


def _at_an_end(clients: list[Client]) -> bool:
    """Whether one has no connection, or was sent away."""
    return any(not each.offered or each.state in ENDED for each in clients)


async def _let_in(probe: Probe, names: list[str]) -> tuple[int, ...]:
    """Let one after the other go; which of those that came enter in their places."""
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


# ------------------------------------------------------------------ the listen backlog


def _in_backlog(processes: list[int]) -> int | None:
    """Connections that nobody has accepted yet; ``None`` where it cannot be told."""
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


def waiting_in(lines: list[str], ports: set[int]) -> int:
    """The same from the lines of ``/proc/net/tcp``."""
    ours = [each for each in entries(lines) if each.port in ports]
    backlogs = sum(each.queued for each in ours if each.state == LISTENING)
    return backlogs + sum(each.state == BEGUN for each in ours)
