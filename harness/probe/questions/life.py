"""Asks how many requests are in the app at every moment of a server's life.

More requests are offered than the server has slots, all the time. Each stays in the app
for a moment and is replaced when it has ended, while the server is reloaded, upgraded,
scaled, ended, or loses a worker. Each act has a server of its own. Signals are only
ever sent to processes of that server's tree. A signal for which the first process has
no handler is not sent, except SIGTERM, since it would only end the process.
"""

import functools
import signal
from collections.abc import Awaitable
from collections.abc import Callable

from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.idle import reload as reload_with_idle
from harness.probe.questions.recovery import Unreachable
from harness.probe.questions.recovery import victim
from harness.probe.recording import CALM_SECONDS
from harness.probe.recording import FIRST
from harness.probe.recording import Recording
from harness.records.choices import Act
from harness.records.life import LifeSeen
from harness.records.life import TapeSeen
from harness.records.words import Outcome
from harness.system.proc import catches
from harness.system.proc import process_one
from harness.system.process import Ended

RECYCLE_SECONDS = 10.0
"""How long to watch whether workers are replaced without an act."""

NEW_SECONDS = 20.0
"""How long new workers may take until they have requests."""

LONG_SECONDS = 40.0
"""How long the long request stays: gunicorn allows 30 seconds by default."""

GRACE_SECONDS = 10.0
"""Seconds from SIGTERM to SIGKILL: the default of container engines."""

LAST_SECONDS = 2.0
"""How long the last connections may take to end after SIGKILL."""

ANYWHERE = (Act.RECYCLE, Act.LONG_REQUEST, Act.END)
"""Acts that send no signal, or one that a container's client passes on."""

SIGNALS = {
    Act.RELOAD: signal.SIGHUP,
    Act.UPGRADE: signal.SIGUSR2,
    Act.SCALE_UP: signal.SIGTTIN,
    Act.SCALE_DOWN: signal.SIGTTOU,
}


async def ask(servers: Servers, context: Context) -> LifeSeen:
    """Make a tape of each act. Raises what ``Servers.use`` raises."""
    tapes = [
        await servers.use(functools.partial(_tape, act=act, context=context))
        for act in context.acts
    ]
    idle = None
    if Act.RELOAD in context.acts and context.bounded:
        idle = await servers.use(
            functools.partial(reload_with_idle, ceiling=context.ceiling)
        )
    return LifeSeen(tapes=tuple(tapes), idle=idle)


async def _tape(probe: Probe, act: Act, context: Context) -> TapeSeen:
    number = SIGNALS.get(act)
    first = probe.server.origin.started.result()
    if number is not None and not catches(first, number):
        why = f"the first process has no handler for {number.name}"
        return TapeSeen(act=act, outcome=Outcome.NOT_SUPPORTED, reason=why)
    recording = Recording(probe, context.ceiling, bounded=context.bounded)
    try:
        await recording.run(ACTS[act], anywhere=act in ANYWHERE)
        return recording.tape(act)
    except Unreachable:
        why = "no process that holds requests can be reached"
        return TapeSeen(act=act, outcome=Outcome.NOT_SUPPORTED, reason=why)
    except Ended as problem:
        return TapeSeen(act=act, outcome=Outcome.DIED, reason=str(problem))
    finally:
        recording.stream.give_up()
        probe.disperse()


async def _recycle(recording: Recording) -> None:
    await recording.until_ended(RECYCLE_SECONDS)
    await recording.calm()
    if not recording.stream.occupancy.newcomers():
        requests = recording.stream.requests
        why = f"no worker was replaced within {requests} requests"
        recording.fields["reason"] = why


async def _newcomers(recording: Recording) -> bool:
    """Wait until a new process takes requests; return whether one did."""
    stream = recording.stream

    def known() -> bool:
        stream.replaces = bool(recording.alive())
        return bool(stream.occupancy.newcomers()) or not stream.replaces

    await stream.watch(known, NEW_SECONDS)
    if stream.occupancy.newcomers():
        return True
    recording.fields["reason"] = "no further process took requests"
    return False


async def _renew(recording: Recording, number: signal.Signals) -> None:
    """Send a signal on which the server starts workers."""
    recording.send(number)
    await _newcomers(recording)
    await recording.calm()


async def _upgrade(recording: Recording) -> None:
    recording.send(signal.SIGUSR2)
    if await _newcomers(recording):
        await recording.until_ended(CALM_SECONDS)
        recording.send(signal.SIGTERM)
    await recording.calm()


async def _scale_down(recording: Recording) -> None:
    recording.enough = 1  # scaling down is meant to leave one worker fewer
    recording.send(signal.SIGTTOU)
    await recording.calm()


async def _kill(recording: Recording) -> None:
    where = recording.stream.held.values()
    process = victim(recording.probe, where, recording.first)
    which = FIRST if process == recording.first else "a worker"
    recording.send(signal.SIGKILL, process, which)
    await recording.calm()


async def _long_request(recording: Recording) -> None:
    """Hold one long request until it is lost, or has stayed long enough."""
    stream = recording.stream
    stream.keep_next = True
    await stream.watch(lambda: stream.long_one is not None, CALM_SECONDS)
    await stream.watch(lambda: stream.long_one not in stream.held, LONG_SECONDS)
    name, stream.long_one = stream.long_one, None
    if name is not None:
        stream.let_go(name)
    await recording.calm()
    lost = [each for each in stream.lost if each.request == name]
    if lost and lost[0].entered_at is not None:
        recording.fields["long_stayed"] = lost[0].ended_at - lost[0].entered_at


async def _end(recording: Recording) -> None:
    """End a server as an orchestrator does: SIGTERM, a grace period, SIGKILL to all.

    A container engine sends SIGTERM to process 1 of a PID namespace.
    """
    stream = recording.stream
    one = process_one(recording.alive())
    recording.fields["catches_term"] = catches(one or recording.first, signal.SIGTERM)
    stream.replaces_lost = False
    if one is None:
        recording.send(signal.SIGTERM)
    else:
        recording.send(signal.SIGTERM, one, "process 1 of its PID namespace")

    def over() -> bool:
        return recording.server.ended.done() and not recording.alive()

    await stream.watch(over, GRACE_SECONDS)
    left = recording.alive()
    recording.fields["survivors"] = len(left)
    for process in left:
        recording.send(signal.SIGKILL, process, "what is left")
    await stream.watch(lambda: not stream.pending, LAST_SECONDS)


ACTS: dict[Act, Callable[[Recording], Awaitable[None]]] = {
    Act.RECYCLE: _recycle,
    Act.RELOAD: functools.partial(_renew, number=signal.SIGHUP),
    Act.UPGRADE: _upgrade,
    Act.SCALE_UP: functools.partial(_renew, number=signal.SIGTTIN),
    Act.SCALE_DOWN: _scale_down,
    Act.KILL: _kill,
    Act.LONG_REQUEST: _long_request,
    Act.END: _end,
}
"""The function that carries out each act."""
