"""Asks what happens when a worker is killed, or the server is told to stop.

A signal is sent while the server is quiet, and its effect is read when the server is
quiet again. Only the requests that enter the app show that a worker was replaced.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterable

from harness.probe.batch import account
from harness.probe.batch import statuses
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.load import admit
from harness.probe.questions.load import BEYOND
from harness.probe.questions.load import fill
from harness.probe.round import finish
from harness.probe.round import serve_all
from harness.probe.watching import expect
from harness.probe.watching import PATIENCE_SECONDS
from harness.probe.watching import watch
from harness.records.recovery import Killed
from harness.records.recovery import RecoverySeen
from harness.records.recovery import Terminated
from harness.system.process import Ended

ROUNDS = 5
"""Rounds before and after: if processes share the load, one round says little."""

WATCHED_SECONDS = 10.0
"""How long a quiet server has to replace a worker, or to end."""


async def ask(servers: Servers, context: Context) -> RecoverySeen:
    """Kill a worker of one server, and send SIGTERM to another."""

    async def kill(probe: Probe) -> tuple[Killed | None, bool]:
        probe.always_quiet = True
        try:
            killed = await _kill(probe, context.ceiling)
        except Unreachable:
            return None, True
        return killed, probe.always_quiet

    async def terminate(probe: Probe) -> tuple[Terminated, bool]:
        probe.always_quiet = True
        terminated = await _terminate(probe, context.ceiling)
        return terminated, probe.always_quiet

    killed, one = await servers.use(kill)
    terminated, other = await servers.use(terminate)
    return RecoverySeen(killed=killed, terminated=terminated, quiet=one and other)


class Unreachable(Exception):
    """A process that holds requests is not in the server's process tree."""


async def _kill(probe: Probe, load: int) -> Killed:
    """Kill a process that holds requests, and see what becomes of the server.

    Raises ``Unreachable``, and ``Ended`` when it ended before.
    """
    first = probe.server.origin.started.result()
    before = await _rounds(probe, load)
    with probe.dispersing():
        batch = await fill(probe, load, load)
        where = probe.holds.processes()
        process = victim(probe, where.values(), first)
        lost = {name for name, other in where.items() if other == process}
        with probe.outliving():
            os.kill(process, signal.SIGKILL)
            await expect(probe, lambda: lost <= batch.ended)
            still = len((where.keys() - lost) & probe.holds.held.keys())
            await finish(probe)
            await expect(probe, probe.server.ended.done)
    clients = [client for client in batch.clients if client.name in lost]
    after, ended = await _afterwards(probe, load, max(map(len, before)))
    known = {each for round_ in before for each in round_} | set(where.values())
    return Killed(
        offered=load,
        before=tuple(map(len, before)),
        processes=len(known),
        held=len(where),
        lost=len(lost),
        first=process == first,
        lost_account=account(clients, lost),
        lost_statuses=statuses(clients),
        others_kept=still,
        ended=ended,
        after=tuple(map(len, after)),
        new_processes=len({each for round_ in after for each in round_} - known),
    )


async def _rounds(probe: Probe, load: int) -> list[list[int]]:
    """Run the rounds before the act; the first is watched for longer."""
    return [
        await admit(probe, load, load, 0.0 if number else PATIENCE_SECONDS)
        for number in range(ROUNDS)
    ]


def victim(probe: Probe, holding: Iterable[int], first: int) -> int:
    """The process that holds the most requests, preferably not ``first``.

    The first process is the master, if there is one, and the server ends with it.
    """
    held = Counter(holding)
    if not held:
        raise Unreachable
    process = max(held, key=lambda each: (each != first, held[each]))
    # The app reports its own process id, which in a container is of another namespace.
    if process not in probe.server.processes():
        raise Unreachable
    return process


async def _afterwards(
    probe: Probe, load: int, enough: int
) -> tuple[list[list[int]], str]:
    """Run rounds after a process was killed.

    Returns their results, and how the server ended, if it did. The first round waits
    longer for ``enough`` requests to enter the app.
    """
    after: list[list[int]] = []
    try:
        for number in range(ROUNDS):
            seconds = 0.0 if number else WATCHED_SECONDS
            after.append(await admit(probe, load, enough, seconds))
    except Ended as problem:
        return after, str(problem)
    return after, ""


async def _terminate(probe: Probe, ceiling: int) -> Terminated:
    """Send SIGTERM to the first process while requests are in the app and waiting."""
    server = probe.server
    with probe.dispersing():
        batch = await fill(probe, ceiling + BEYOND, ceiling)
        held, waiting = set(probe.holds.held), probe.names_waiting()
        with probe.outliving():
            os.kill(server.origin.started.result(), signal.SIGTERM)
            await probe.settle()
            still = len(held & probe.holds.held.keys())
            sure = probe.always_quiet
            probe.holds.release_all()
            await serve_all(probe)
            await watch(
                probe,
                lambda: server.ended.done() and probe.all_ended(),
                WATCHED_SECONDS,
            )
            if probe.all_ended():  # nothing was counted meanwhile
                probe.always_quiet = sure
            batch.give_up()
    entered = probe.holds.entered
    stayed = [client for client in batch.clients if client.name in held]
    others = [client for client in batch.clients if client.name in waiting]
    return Terminated(
        held=len(held),
        kept=still,
        held_account=account(stayed, entered),
        held_statuses=statuses(stayed),
        waiting=len(waiting),
        entered=len(waiting & entered),
        waiting_account=account(others, entered),
        waiting_statuses=statuses(others),
        ended=server.ended.result() if server.ended.done() else "",
        watched_seconds=WATCHED_SECONDS,
    )
