"""Judges what a place costs: memory, threads and open files."""

from __future__ import annotations

from harness.records.evidence import CellEvidence
from harness.records.memory import MemoryNumbers
from harness.records.memory import MemorySeen
from harness.records.questions import Answer
from harness.records.text import plural

MB = 1_000_000


def answer(seen: MemorySeen, cell: CellEvidence) -> Answer:
    """What all places together cost; the number is in megabytes."""
    found = numbers(seen)
    if found is None:
        return seen.unknown("no request was in the app")
    places = "1 request" if found.places == 1 else f"{found.places} requests"
    further = f" Each further request costs {_little(found.each)}."
    sentence = (
        f"The server takes {_mb(found.idle)} of memory when idle, and "
        f"{_mb(found.full)} with {places} in the app, of which {_mb(found.full_own)} "
        f"are shared with nothing else.{further if found.places > 1 else ''} Then it "
        f"has {_processes(found.processes)}, {plural(found.threads, 'thread')} and "
        f"{plural(found.files, 'open file')}."
    )
    full = round(found.full / MB)
    return seen.answer(f"{full} MB for {found.places}", sentence, full)


def numbers(seen: MemorySeen) -> MemoryNumbers | None:
    """What a place costs; ``None`` where none was taken."""
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


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"
