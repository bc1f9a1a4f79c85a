"""Judges how many slots a server keeps during an act, such as a reload."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import msgspec

from harness.judge.questions.recovery import ENDINGS
from harness.judge.tape import BEFORE
from harness.judge.tape import blink_of
from harness.judge.tape import depth
from harness.judge.tape import HOLD_UPS
from harness.judge.tape import LONGEST_BLINK
from harness.judge.tape import longest_dip
from harness.judge.tape import median
from harness.judge.tape import points_of
from harness.records.choices import Act
from harness.records.evidence import CellEvidence
from harness.records.life import IdleSeen
from harness.records.life import LifeSeen
from harness.records.life import LostRequest
from harness.records.life import Tape
from harness.records.life import TapeSeen
from harness.records.numbers import sum_up_cell
from harness.records.questions import Answer
from harness.records.text import plural
from harness.records.words import Outcome

WHEN = {
    Act.RECYCLE: "While requests come and nothing is done",
    Act.RELOAD: "On SIGHUP",
    Act.UPGRADE: "On SIGUSR2, and then SIGTERM to the first process",
    Act.SCALE_UP: "On SIGTTIN",
    Act.SCALE_DOWN: "On SIGTTOU",
    Act.KILL: "When a worker is killed",
    Act.LONG_REQUEST: "During a request that stays for long",
    Act.END: "On SIGTERM",
}
"""The beginning of a sentence on each act."""


def answer(seen: LifeSeen, cell: CellEvidence) -> Answer:
    """What each act takes away.

    The number is the fewest slots in all acts but the end, which leaves none.
    """
    tapes = tapes_of(seen, cell)
    known = [tape for tape in tapes if tape.known]
    if not known:
        return seen.unknown(tapes[0].sentence if tapes else "nothing was done")
    worse = "; ".join(word for tape in known for word in _words(tape))
    lasting = [tape for tape in known if tape.act is not Act.END]
    number = min((tape.lowest for tape in lasting), default=None)
    return seen.answer(worse or "always as many", _summary(known, lasting), number)


def _summary(known: Sequence[Tape], lasting: Sequence[Tape]) -> str:
    """The worst of all acts, in a sentence; the tapes have the details."""
    words: list[str] = []
    if lasting:
        worst = min(lasting, key=lambda tape: tape.lowest - tape.usual)
        words.append(f"{WHEN[worst.act]}: {_slots_words(worst)}.")
    in_app = sum(tape.lost_in_app for tape in known)
    words.append(f"Requests lost in the app during all acts: {in_app}.")
    return " ".join(words)


def tapes_of(seen: LifeSeen, cell: CellEvidence) -> tuple[Tape, ...]:
    """The tape of each act."""
    load = cell.declaration.declared or 0
    floor = sum_up_cell(cell, load).floor if load else None
    tapes = (_tape(tape, floor) for tape in seen.tapes)
    return tuple(_with_idle(tape, seen.idle) for tape in tapes)


def _with_idle(tape: Tape, seen: IdleSeen | None) -> Tape:
    """The tape of a reload, with what became of idle connections."""
    if tape.act is not Act.RELOAD or not tape.known or seen is None:
        return tape
    words = _idle_words(seen)
    sentence = f"{tape.sentence.removesuffix('.')}; {words}."
    known = seen.kept and (seen.lost or not seen.unanswered)
    lost = seen.lost if known else None
    return msgspec.structs.replace(tape, sentence=sentence, lost_on_idle=lost)


def _idle_words(seen: IdleSeen) -> str:
    if not seen.kept:
        return "no connection idles, as each is closed after its answer or soon after"
    ends = (
        (seen.closed, "{} closed before {} next request"),
        (seen.answered, "{} answered once more"),
        (seen.lost, "{} cut off with {} next request"),
    )
    parts = [
        f"{count} {words.format(*('was', 'its') if count == 1 else ('were', 'their'))}"
        for count, words in ends
        if count
    ]
    if seen.unanswered:
        parts.append(f"{seen.unanswered} had no answer yet")
    return f"of {seen.kept} connections that idled {', '.join(parts)}"


def _tape(seen: TapeSeen, floor: int | None) -> Tape:
    if seen.outcome is not Outcome.MEASURED:
        return _unknown(seen, f"{seen.outcome}: {seen.reason}")
    blink = blink_of(seen)
    points = points_of(seen, blink)
    often = median(points, BEFORE, 0.0)
    usual = min(often, floor) if floor else often
    # Slots missing before the act are this machine's fault.
    dip = longest_dip(points, usual, BEFORE, 0.0)
    longest = max(blink, HOLD_UPS * dip)
    if longest > LONGEST_BLINK:
        return _unknown(seen, "it is not known, because this machine was too busy")
    if longest > blink:
        blink = longest
        points = points_of(seen, blink)
    end = seen.watched_seconds
    lowest, lowest_seconds = depth(points, 0.0, end)
    lost = [each for each in seen.lost if each.ended_at >= 0]
    tape = Tape(
        act=seen.act,
        known=True,
        sentence="",
        usual=usual,
        lowest=lowest,
        lowest_seconds=lowest_seconds,
        after=points[-1].old + points[-1].new,
        blink_seconds=blink,
        lost_in_app=sum(each.entered_at is not None for each in lost),
        lost_waiting=sum(_waited(each) for each in lost),
        lost_later=sum(_came_later(each) for each in lost),
        killed=seen.survivors > 0,
        lost=tuple(lost),
        sent=seen.sent,
        points=points,
        until=end,
    )
    return _with_sentence(tape, seen)


def _unknown(seen: TapeSeen, why: str) -> Tape:
    sentence = f"{WHEN[seen.act]}: {why}."
    return Tape(act=seen.act, known=False, outcome=seen.outcome, sentence=sentence)


def _with_sentence(tape: Tape, seen: TapeSeen) -> Tape:
    words = _end_words(tape, seen) if tape.act is Act.END else _slots_words(tape)
    parts = [f"{WHEN[tape.act]}: {words}", *_lost_words(tape), *_notes(seen)]
    sentence = "; ".join(parts) + "."
    return msgspec.structs.replace(tape, sentence=sentence)


# ------------------------------------------------------------------------- the words


def _waited(lost: LostRequest) -> bool:
    return lost.entered_at is None and lost.offered_at < 0


def _came_later(lost: LostRequest) -> bool:
    return lost.entered_at is None and lost.offered_at >= 0


def _slots(number: int) -> str:
    return plural(number, "slot") if number else "no slot"


def _slots_words(tape: Tape) -> str:
    if tape.lowest >= tape.usual:
        more = f", and {tape.after} in the end" if tape.after != tape.usual else ""
        return f"never fewer than {_slots(tape.usual)}{more}"
    low = f"{_slots(tape.lowest)} instead of {tape.usual}"
    if tape.after <= tape.lowest:
        return f"{low}, to the end"
    return f"{low} for {tape.lowest_seconds:.1f} s, then {tape.after}"


def _end_words(tape: Tape, seen: TapeSeen) -> str:
    finish = "requests in the app finish"
    words = f"not all {finish}" if tape.lost_in_app else finish
    if seen.ended_at is None or seen.survivors:
        left = "the server is" if seen.ended_at is None else "some of its processes are"
        return f"{words}; {left} still there after {seen.watched_seconds:.0f} s"
    return f"{words}, and the server ends after {seen.ended_at:.1f} s"


def _lost_words(tape: Tape) -> Iterator[str]:
    """The lost requests, by where they were, in words."""
    kinds = (
        ("in the app", [each for each in tape.lost if each.entered_at is not None]),
        ("that waited", list(filter(_waited, tape.lost))),
        ("that came later", list(filter(_came_later, tape.lost))),
    )
    for where, lost in kinds:
        for ending, count in _endings(lost):
            verb = "is" if count == 1 else "are"
            yield f"{plural(count, 'request')} {where} {verb} {ending}"
    if not tape.lost:
        yield "no request is lost"


def _endings(lost: Iterable[LostRequest]) -> list[tuple[str, int]]:
    """How requests ended, in words, with a count for each ending."""
    words = (
        ENDINGS.get(each.ended, "lost").format(errors=each.status or "with an error")
        for each in lost
    )
    return Counter(words).most_common()


def _notes(seen: TapeSeen) -> Iterator[str]:
    if seen.reason:
        yield seen.reason
    if seen.long_stayed is not None:
        yield f"the long request was lost after {seen.long_stayed:.1f} s"
    elif seen.act is Act.LONG_REQUEST:
        yield "the long request was left alone"
    one = any(sent.to.startswith("process 1 ") for sent in seen.sent)
    if seen.catches_term is False and one:
        yield (
            "process 1 has no handler for SIGTERM, so nothing was told to end: a shell "
            "that starts a server without `exec` passes no signal on"
        )
    elif seen.catches_term is False:
        yield (
            "the first process has no handler for SIGTERM: as the first process of a "
            "container it would go on until it is killed"
        )


def _words(tape: Tape) -> Iterator[str]:
    """What an act takes away, in a few words; empty if nothing."""
    lost = f"{tape.lost_in_app} lost" if tape.lost_in_app else ""
    if tape.act is Act.END:
        yield f"end: {'not all finish' if lost else 'finish'}"
        return
    waiting = tape.lost_waiting + tape.lost_later
    low = f"{tape.lowest} of {tape.usual}" if tape.lowest < tape.usual else ""
    others = f"{waiting} waiting ones lost" if waiting else ""
    words = ", ".join(filter(None, (low, lost, others)))
    if words:
        yield f"{tape.act}: {words}"
