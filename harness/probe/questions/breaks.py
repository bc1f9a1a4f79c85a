"""Asks how many requests a server holds before it lacks files, threads or memory.

A fresh server may use only a little more than it does when idle. Then more and more
requests come and are held, until one is lost or sent away, or none gets in any more. In
the end all are released, and one more is sent.
"""

import re
from functools import partial

import msgspec

from harness.probe.batch import account
from harness.probe.batch import statuses
from harness.probe.gathering import all_there
from harness.probe.gathering import gather
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.load import admit
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.probe.watching import expect
from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.words import Outcome
from harness.system.cgroups import ControlGroup
from harness.system.cgroups import Controller
from harness.system.cgroups import make_group
from harness.system.cgroups import NoGroup
from harness.system.limits import limit
from harness.system.limits import NotLimited
from harness.system.process import Ended

ALLOWED = {
    Scarce.FILES: 64,
    Scarce.THREADS: 32,
    Scarce.MEMORY: 256 * 1024 * 1024,
    Scarce.TASKS_OF_A_GROUP: 32,
    Scarce.MEMORY_OF_A_GROUP: 4 * 1024 * 1024,
}
"""How much more of each resource a server may use than when idle; memory in bytes."""

GROUPS: dict[Scarce, Controller] = {
    Scarce.TASKS_OF_A_GROUP: "pids",
    Scarce.MEMORY_OF_A_GROUP: "memory",
}
"""Resources that a control group limits, each with its controller."""

MOST = 96
"""Most requests that are offered."""

LONGEST_LINE = 300
"""Characters that are kept of an error in the server's output."""

STEP = 8
"""Number of requests that are added in each step."""

ERROR = re.compile(r"(?i)error|errno|can't|cannot|too many|unable")


async def ask(servers: Servers, context: Context) -> BreaksSeen:
    """Strain a server for each resource, with only little of it available."""
    most = min(context.ceiling if context.bounded else MOST, MOST)
    limits = [await _with_little(servers, scarce, most) for scarce in Scarce]
    return BreaksSeen(limits=tuple(limits))


async def _with_little(servers: Servers, scarce: Scarce, most: int) -> Strained:
    """Strain one server; a control group made for it is removed afterwards."""
    group: ControlGroup | None = None
    if scarce in GROUPS:
        try:
            group = make_group(GROUPS[scarce])
        except NoGroup as problem:
            return _not_limited(scarce, problem)
    try:
        strained = partial(_strained, scarce=scarce, most=most, group=group)
        return await servers.use(strained)
    finally:
        if group is not None:
            group.remove()


def _not_limited(scarce: Scarce, problem: Exception) -> Strained:
    return Strained(scarce=scarce, outcome=Outcome.NOT_SUPPORTED, reason=str(problem))


async def _strained(
    probe: Probe, scarce: Scarce, most: int, group: ControlGroup | None
) -> Strained:
    """What becomes of a server with little of one resource."""
    processes = probe.server.origin.processes()
    try:
        if group is None:
            limit(processes, scarce, ALLOWED[scarce])
        else:
            group.add(processes)
            group.allow(ALLOWED[scarce])
    except (NotLimited, NoGroup) as problem:
        return _not_limited(scarce, problem)
    with probe.outliving():
        seen = await _strain(probe, most)
    again, probe.always_quiet = False, True
    try:
        again = bool(await admit(probe, 1, 1))
    except Ended:
        pass
    return msgspec.structs.replace(
        seen,
        scarce=scarce,
        allowed=ALLOWED[scarce],
        printed=_error(probe.server.tail()),
        ended=probe.server.ended.result() if probe.server.ended.done() else "",
        again=again,
        quiet=again or probe.always_quiet,
    )


async def _strain(probe: Probe, most: int) -> Strained:
    """Hold more and more requests, until one of them is not in the app."""
    clients = gather(probe, most).clients
    sent = 0
    with probe.dispersing():
        while sent < most and len(probe.holds.held) == sent:
            probe.batch.open(clients[sent : sent + STEP])
            sent = min(sent + STEP, most)
            arrived = clients[:sent]
            settled = await expect(probe, partial(all_there, probe, arrived))
        ended = [client for client in clients if client.state in ENDED]
        seen = Strained(
            scarce=Scarce.FILES,
            offered=sent,
            held=probe.holds.peak,
            waiting=sent - len(probe.holds.held) - len(ended),
            settled=settled,
            account=account(ended, probe.holds.entered),
            statuses=statuses(ended),
        )
        probe.batch.give_up_opening()
        await finish(probe)
        return seen


def _error(tail: str) -> str:
    """The last line of a text that reports an error, shortened from its beginning."""
    lines = [line.strip() for line in tail.splitlines() if ERROR.search(line)]
    return lines[-1][-LONGEST_LINE:] if lines else ""
