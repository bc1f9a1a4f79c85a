"""Judges what clients that stay leave to others: uploads, event streams, WebSockets.

They shut everyone else out if no ordinary request gets in while they are there. They
take a slot each if the number of ordinary requests that get in falls by one for each.
"""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.numbers import Numbers
from harness.records.numbers import sum_up_cell
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
from harness.records.rounds import load_of
from harness.records.slow_clients import StepBeside
from harness.records.staying import NOTICED_SECONDS
from harness.records.staying import StayingSeen
from harness.records.staying import StayNumbers
from harness.records.staying import StayStep
from harness.records.staying import Taking
from harness.records.staying import WORDS
from harness.records.steering import Goal
from harness.records.text import listed
from harness.records.text import plural
from harness.records.words import Outcome


def numbers(seen: StayingSeen, cell: CellEvidence) -> StayNumbers | None:
    """The numbers of the steps; ``None`` if they are inconclusive."""
    if seen.outcome is not Outcome.MEASURED or _open_reason(seen):
        return None
    alone, *others = seen.steps
    steps = [step for step in others if step.order is not Goal.LEAST]
    known = sum_up_cell(cell, load_of(cell.declaration.declared, 1))
    shut = [step for step in steps if not step.admitted]
    least = min(shut, key=lambda step: step.clients, default=None)
    counted = [step for step in others if step.in_app is not None]
    inside = [step for step in counted if step.in_app]
    return StayNumbers(
        question=seen.question,
        places=alone.admitted,
        shut_out_by=least.clients if least else None,
        tried=max(step.clients for step in steps if step.ended < step.clients),
        taking=_taking(known.ceiling or 1, steps, least),
        served_after=all(step.answered == step.offered for step in others),
        frees_after=max((s.freed_seconds or 0 for s in steps), default=0) or None,
        in_app=bool(inside) if counted else None,
        held_back=bool(getattr(seen, "open", 0)) and getattr(seen, "live", None) == 0,
        chance=is_by_chance(known, least),
        waits_from=waits_from(others, least),
        left=getattr(seen, "left", ()),
        kept_seconds=getattr(seen, "kept_seconds", 0.0),
    )


def is_by_chance(known: Numbers, least: StepBeside | None) -> bool:
    """Whether chance decided which worker got what, and the workers differ."""
    return least is not None and least.order is None and known.floor != known.ceiling


def waits_from(steps: Sequence[StepBeside], least: StepBeside | None) -> int | None:
    """The fewest clients that fill one worker, so that a request there waits.

    ``None`` if shutting everyone out takes no more.
    """
    waits = [s.clients for s in steps if s.order is Goal.LEAST and not s.admitted]
    number = min(waits, default=None)
    return number if least and number and number < least.clients else None


def _open_reason(seen: StayingSeen) -> str:
    """Why the steps are inconclusive; empty if they are not."""
    if not seen.steps or not seen.steps[0].admitted:
        return "no request got in without clients that stay"
    steps = seen.steps[1:]
    if not steps:
        return "no client that stays was tried"
    if any(step.is_in_doubt for step in steps):
        return NOT_QUIET
    if all(step.ended >= step.clients for step in steps):
        return f"none stayed: {_ended_by(seen)}"
    return ""


def _ended_by(seen: StayingSeen) -> str:
    where = seen.path or "the route"
    if not seen.statuses:
        return f"{where} cut the connection"
    return f"{where} answered {listed(list(map(str, seen.statuses)), 'or')} at once"


def _taking(slots: int, steps: Sequence[StayStep], least: StayStep | None) -> Taking:
    """How many slots staying clients take."""
    beside = [step for step in steps if step.admitted]
    if least is not None and least.clients == slots and (beside or slots == 1):
        left = (min(step.offered, slots - step.clients) for step in beside)
        if all(step.admitted == n for step, n in zip(beside, left, strict=True)):
            return Taking.EACH
    if all(step.admitted == step.offered for step in steps):
        return Taking.NONE
    return Taking.SOME


# --------------------------------------------------------------------------- in words


def answer(seen: StayingSeen, cell: CellEvidence) -> Answer:
    """How many staying clients shut everyone else out, which is also the number."""
    why = _open_reason(seen)
    if why == NOT_QUIET:
        return seen.not_quiet()
    result = numbers(seen, cell)
    if result is None:
        return seen.unknown(why)
    sentences = [_sentence(result, seen.watched_seconds), *_where(result)]
    short = _short(result) + ("; events held back" if result.held_back else "")
    return seen.answer(short, " ".join(sentences), result.shut_out_by)


def shut_out(count: int) -> str:
    """``4 shut all others out``, for a number of clients."""
    return f"{count} {'shuts' if count == 1 else 'shut'} all others out"


def may_wait_from(count: int) -> str:
    """A sentence on how many clients may make a request wait in a full worker."""
    return (
        f"From {count} on, a request may wait: it does if it reaches a full worker, "
        "even while another worker has room."
    )


def _short(numbers: StayNumbers) -> str:
    if numbers.shut_out_by is None:
        return f"{numbers.tried} leave room"
    return numbers.in_short(shut_out(numbers.shut_out_by))


def _sentence(numbers: StayNumbers, watched: float) -> str:
    words, count = WORDS[numbers.question], numbers.shut_out_by
    if count is None:
        others = "and others still get in"
        return f"{numbers.tried} {words.several} can be {words.open}, {others}."
    until = f"for at least the {watched:g} s that the server was watched"
    if numbers.frees_after:
        until = f"until the server frees itself after {numbers.frees_after:.0f} s"
    if numbers.taking is Taking.EACH:
        begin = f"Each {words.single} takes a slot: with {count}"
    else:
        begin = f"With {count} {words.several if count > 1 else words.single}"
    after = (
        ""
        if numbers.served_after
        else "; waiting requests are not served after they have left"
    )
    return f"{begin} {words.open}, nobody else gets in {until}{after}."


def _where(numbers: StayNumbers) -> Iterator[str]:
    """Sentences on where the clients stay, and on streams whose clients left."""
    if numbers.waits_from:
        yield may_wait_from(numbers.waits_from)
    if numbers.chance:
        yield (
            "Several workers share the load by chance, so the number may differ next "
            "time, and a request that reaches a full worker waits earlier."
        )
    if numbers.question is Question.UPLOADS and numbers.in_app is not None:
        yield (
            "The app is called before the whole body has arrived, and waits for it."
            if numbers.in_app
            else "The app is not called until the whole body has arrived."
        )
    if numbers.held_back:
        yield "An event does not reach the client while the stream is open."
    if numbers.left:
        yield _left(numbers)
    if numbers.kept_seconds >= NOTICED_SECONDS:
        yield (
            "After their clients have left, polls stay in the app until they end by "
            f"themselves: for {numbers.kept_seconds:.0f} s here."
        )


def _left(numbers: StayNumbers) -> str:
    """A sentence on how long streams keep their slots after their clients left."""
    after = numbers.gone_after
    if after == 0:
        return "A stream whose client has left ends at once."
    if after is None:
        events = plural(len(numbers.left) - 1, "further event")
        return f"A stream whose client has left is still in the app after {events}."
    when = "the next event is" if after == 1 else f"{after} further events are"
    return f"A stream whose client has left keeps its slot until {when} sent."
