"""Judges what a slot costs: memory, threads and open files."""

from harness.records.evidence import CellEvidence
from harness.records.memory import MB
from harness.records.memory import MemoryNumbers
from harness.records.memory import MemorySeen
from harness.records.questions import Answer
from harness.records.text import plural


def answer(seen: MemorySeen, cell: CellEvidence) -> Answer:
    """What all slots cost together; the number is in megabytes."""
    result = numbers(seen)
    if result is None:
        return seen.unknown("no request was in the app")
    requests = plural(result.places, "request")
    further = f" Each further request costs {_little(result.each)}."
    sentence = (
        f"The server takes {_mb(result.idle)} of memory when idle, and "
        f"{_mb(result.full)} with {requests} in the app, of which "
        f"{_mb(result.full_own)} are not shared."
        f"{further if result.places > 1 else ''} Then it has "
        f"{plural(result.processes, 'process')}, {plural(result.threads, 'thread')} "
        f"and {plural(result.files, 'open file')}."
    )
    full = round(result.full / MB)
    return seen.answer(f"{full} MB for {result.places}", sentence, full)


def numbers(seen: MemorySeen) -> MemoryNumbers | None:
    """What a slot costs; ``None`` if none was taken."""
    held = [step for step in seen.steps if step.held]
    if not held:
        return None
    idle, one = seen.steps[0], min(held, key=lambda step: step.held)
    full = max(held, key=lambda step: step.held)
    more = full.held - one.held
    return MemoryNumbers(
        places=full.held,
        idle=idle.pss,
        full=full.pss,
        full_own=full.uss,
        each=(full.pss - one.pss) // more if more else 0,
        after=(seen.after or full).pss,
        processes=full.processes,
        threads=full.threads,
        threads_idle=idle.threads,
        files=full.files,
        files_idle=idle.files,
    )


def _mb(size: int) -> str:
    return f"{size / MB:.0f} MB"


def _little(size: int) -> str:
    return "less than 0.1 MB" if size < MB / 10 else f"{size / MB:.1f} MB"
