"""Judges whether a health check is answered while requests are in the app.

The time from the first failing check to the consequence, ``HealthCheck.seconds``, is
computed, not waited for.
"""

from harness.records.evidence import CellEvidence
from harness.records.health import CheckBy
from harness.records.health import CheckOrder
from harness.records.health import Consequence
from harness.records.health import HealthCheck
from harness.records.health import HealthNumbers
from harness.records.health import HealthStep
from harness.records.health import ProbesSeen
from harness.records.questions import Answer
from harness.records.text import seconds_range
from harness.records.words import Outcome

FOLLOWS = {
    Consequence.RESTARTS: "the server is restarted",
    Consequence.NO_REQUESTS: "the server is sent no more requests",
    Consequence.MARKS: "the server is marked unhealthy, but not restarted for that",
}


def numbers(seen: ProbesSeen) -> HealthNumbers | None:
    """The numbers of the steps; ``None`` if they are inconclusive."""
    if seen.outcome is not Outcome.MEASURED or not seen.steps:
        return None
    idle, *steps = seen.steps
    if not idle.answered or not steps or not all(s.is_certain for s in seen.steps):
        return None
    waiting = [step for step in steps if not step.answered]
    answered = max((step.held for step in steps if step.answered), default=0)
    beyond = sorted(each.held for each in waiting if each.held > answered)
    at = min(waiting, key=_held, default=None)
    first = beyond[0] if beyond else None
    counted = [s for s in waiting if s.behind is not None and s.held == first]
    most = max(steps, key=_held)
    return HealthNumbers(
        check=seen.check,
        at_times=at.held if at else None,
        always=first,
        tried=most.held,
        behind=max((each.behind or 0 for each in counted), default=None),
        status=at.status if at else None,
        chance=any(step.order is CheckOrder.CHANCE for step in steps),
        idle_seconds=idle.seconds,
        tcp=most.answered if seen.check.by is CheckBy.TCP else most.tcp,
        after=seen.check.seconds,
    )


def _held(step: HealthStep) -> int:
    return step.held


def answer(seen: ProbesSeen, cell: CellEvidence) -> Answer:
    """The number of held requests from which on the check waits, and what follows.

    The number is the lowest at which the check waits, even if only sometimes.
    """
    if not seen.steps:
        return seen.unknown("no health check was sent")
    idle = seen.steps[0]
    if not idle.answered:
        return _fails_idle(seen, idle)
    result = numbers(seen)
    if result is None:
        return seen.not_quiet()
    if result.idle_seconds and result.idle_seconds > seen.check.timeout:
        if result.idle_seconds - idle.lag_seconds <= seen.check.timeout:
            return seen.unknown(
                "the harness itself was held up while the check was answered"
            )
        words = f"Its answer takes {result.idle_seconds:.2g} s with no request in the "
        words += f"app, and may take {seen.check.timeout:g} s. {_follows(seen.check)}"
        return seen.answer("too slow when idle", words, 0)
    if not result.waits:
        return seen.answer("answered", _answered(result, seen))
    return seen.answer(_short(result), _waits(result, seen), result.at_times)


def _fails_idle(seen: ProbesSeen, idle: HealthStep) -> Answer:
    """The answer if a check fails although the server is idle."""
    where = seen.check.path or "the check"
    if not idle.is_certain:
        return seen.not_quiet()
    if idle.status is None:
        words = f"With no request in the app, {where} is not answered."
        return seen.answer("fails when idle", f"{words} {_follows(seen.check)}", 0)
    status = f"status {idle.status}"
    words = f"With no request in the app, {where} is answered with {status}."
    short = f"fails when idle: {idle.status}"
    return seen.answer(short, f"{words} {_follows(seen.check)}", 0)


def _short(numbers: HealthNumbers) -> str:
    words = f"waits from {numbers.at_times}"
    if numbers.status is not None:
        words = f"fails from {numbers.at_times} with {numbers.status}"
    if numbers.chance and numbers.at_times != numbers.always:
        words += " (seen)"
    if numbers.always is not None and numbers.always != numbers.at_times:
        words += f", always from {numbers.always}"
    return f"{words}; {numbers.check.then} after {seconds_range(numbers.after)}"


def _follows(check: HealthCheck) -> str:
    """What follows from the settings, in a sentence."""
    times = (
        "a failure" if check.failures == 1 else f"{check.failures} failures in a row"
    )
    return (
        f"With a check every {check.period:g} s and {check.timeout:g} s to answer "
        f"({check.says}), {FOLLOWS[check.then]} after {times}: if this lasts "
        f"{seconds_range(check.seconds)}."
    )


def _waits(numbers: HealthNumbers, seen: ProbesSeen) -> str:
    """Sentences on what a waiting check means."""
    most = numbers.always or numbers.tried
    if numbers.status is not None:
        words = f"With {numbers.at_times} requests in the app, the health check is "
        return (
            f"{words}answered with status {numbers.status}. {_follows(numbers.check)}"
        )
    words = f"With {most} requests in the app, the health check waits for a slot"
    if numbers.behind:
        words += f", behind {numbers.behind} of them"
        last = seen.steps[-1]
        if last.behind and last.held > most:
            words += f" (behind {last.behind} when {last.held - most} more wait)"
    if numbers.at_times != numbers.always:
        by = "was sometimes seen" if numbers.chance else "can happen"
        words += f"; with {numbers.at_times}, this {by}, in a full worker"
    return f"{words}. {_follows(numbers.check)}{_tcp(numbers)}"


def _answered(numbers: HealthNumbers, seen: ProbesSeen) -> str:
    """A sentence on what it means that the check is always answered."""
    if numbers.check.by is CheckBy.TCP:
        most = max(seen.steps, key=_held)
        words = f"With all {numbers.tried} requests in the app, a connection is opened"
        if most.http is False:
            words = f"{words}, though no request is answered"
            return f"{words}: TCP says nothing about the app."
        return f"{words}, and a request is answered too."
    own = f" on port {numbers.check.port}" if numbers.check.port else ""
    held = f"With {numbers.tried} requests in the app, the most that were tried,"
    return f"{held} the health check{own} is answered."


def _tcp(numbers: HealthNumbers) -> str:
    """A sentence on what a check by TCP would have seen."""
    if numbers.tcp is None or numbers.check.by is CheckBy.TCP:
        return ""
    if not numbers.tcp:
        return " A check by TCP would get no connection either."
    return (
        " A check by TCP is answered all the same: the kernel opens its connection, "
        "even for an app that is stuck."
    )
