"""The tables of ``docs/life.md``: what each release of gunicorn did, act by act.

The data is stored in ``docs/tapes.json``, made from runs with ``--ask life``. If an act
was measured several times, a table has the worst result.
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.records import files
from harness.records import results
from harness.records.choices import Act
from harness.records.life import IdleSeen
from harness.records.life import LifeSeen
from harness.records.life import Tape
from harness.records.report import CellReport

from .blocks import replace
from .blocks import table

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "life.md"
SEEN = DOCS / "tapes.json"

ACTS = (
    Act.RELOAD,
    Act.UPGRADE,
    Act.SCALE_UP,
    Act.SCALE_DOWN,
    Act.KILL,
    Act.LONG_REQUEST,
    Act.END,
)
"""The acts that a table has, in order; ``recycle`` has one of its own."""

NONE_REPLACED = "no worker was replaced"
"""The end of the sentence on a tape without replaced workers."""

SHORT_SECONDS = 0.5
"""Shorter gaps are not reported: a busy machine causes as much."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one act in one run."""

    release: str
    configuration: str
    act: Act
    usual: int
    lowest: int
    seconds: float
    """How long there were no more slots than ``lowest``."""
    after: int
    lost: int
    """Requests without an answer of the app; on ``end``, of those offered before."""
    replaced: bool = True
    """For ``recycle``: whether any worker was replaced while it was watched."""


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to idle connections at a reload in one run."""

    release: str
    configuration: str
    seen: IdleSeen


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The stored data of the tables."""

    lines: tuple[Line, ...]
    idle: tuple[Idle, ...]


def read() -> Stored:
    """Read the stored data."""
    return files.read(SEEN, Stored)


def save(runs: Sequence[Path]) -> None:
    """Store the results of runs."""
    lines = [line for run in runs for line in _lines(run)]
    lines.sort(key=lambda line: (line.configuration, _key(line.release), line.act))
    idle = [idle_one for run in runs for idle_one in _idle_ones(run)]
    idle.sort(key=lambda each: (each.configuration, _key(each.release)))
    files.write(SEEN, Stored(lines=tuple(lines), idle=tuple(idle)))


def write() -> None:
    """Write the tables of the page."""
    stored = read()
    for name in ("sync-4", "gthread-2x4"):
        replace(PAGE, f"tapes {name}", _table(stored.lines, name))
    replace(PAGE, "idle on reload", _idle(stored.idle, "gthread-2x4"))
    replace(PAGE, "tapes max-requests", _recycle(stored.lines))


def _idle_ones(run: Path) -> Iterator[Idle]:
    for evidence in results.read_evidence(run)[0]:
        release = evidence.environment.server_version or ""
        for cell in evidence.cells:
            for seen in cell.asked:
                if isinstance(seen, LifeSeen) and seen.idle and seen.idle.kept:
                    name = cell.configuration
                    yield Idle(release=release, configuration=name, seen=seen.idle)


def _lines(run: Path) -> Iterator[Line]:
    for cell in results.read_report(run / "report.json").cells:
        for tape in cell.tapes:
            if tape.known:
                yield _line(cell, tape)


def _line(cell: CellReport, tape: Tape) -> Line:
    later = 0 if tape.act is Act.END else tape.lost_later
    return Line(
        release=cell.server_version or "",
        configuration=cell.configuration,
        act=tape.act,
        usual=tape.usual,
        lowest=tape.lowest,
        seconds=round(tape.lowest_seconds, 1),
        after=tape.after,
        lost=tape.lost_in_app + tape.lost_waiting + later,
        replaced=NONE_REPLACED not in tape.sentence,
    )


def _key(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


# ----------------------------------------------------------------------------- tables


def _by_release(
    lines: Iterable[Line], configuration: str
) -> dict[str, dict[Act, list[Line]]]:
    found: dict[str, dict[Act, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.configuration == configuration:
            found[line.release][line.act].append(line)
    return {release: found[release] for release in sorted(found, key=_key)}


def _table(lines: Iterable[Line], configuration: str) -> str:
    heads = ("release", *(f"`{act}`" for act in ACTS))
    rows = (
        (release, *(_said(acts.get(act, ())) for act in ACTS))
        for release, acts in _by_release(lines, configuration).items()
    )
    return table(heads, rows, numbers=(0,))


def _said(seen: Sequence[Line]) -> str:
    """Return the worst result of an act, in words."""
    if not seen:
        return "not known"
    if not any(line.replaced or line.lowest < line.usual for line in seen):
        return "none was replaced yet"
    worst = min(seen, key=lambda line: (line.lowest, -line.seconds))
    lost = sorted({line.lost for line in seen})
    parts = [_slots(worst)] if worst.act is not Act.END else []
    if lost[-1]:
        parts.append(f"{'–'.join(map(str, sorted({lost[0], lost[-1]})))} lost")
    return "; ".join(parts) or "none lost"


def _slots(line: Line) -> str:
    if line.lowest >= line.usual:
        for_good = line.act is Act.KILL and line.after <= line.usual
        return f"{line.usual} to the end" if for_good else str(line.usual)
    if line.act is Act.SCALE_DOWN and line.lowest == line.after:
        return str(line.after)
    if line.seconds <= SHORT_SECONDS and line.lowest:
        return str(line.usual)
    if line.after == line.lowest:
        return f"**{line.lowest}** of {line.usual} to the end"
    seconds = f"{line.seconds:.{0 if line.seconds >= 1 else 1}f}"
    return f"**{line.lowest}** of {line.usual} for {seconds} s"


def _idle(idle: Iterable[Idle], configuration: str) -> str:
    heads = ("release", "closed before", "next request answered", "cut off with it")
    found: dict[str, list[IdleSeen]] = defaultdict(list)
    for each in idle:
        if each.configuration == configuration:
            found[each.release].append(each.seen)
    rows = []
    for release, seen in found.items():
        closed, answered = (_each(seen, name) for name in ("closed", "answered"))
        lost = _each(seen, "lost")
        strong = f"**{lost}**" if any(each.lost for each in seen) else lost
        rows.append((release, closed, answered, strong))
    return table(heads, rows, numbers=(0,))


def _each(seen: Iterable[IdleSeen], name: str) -> str:
    """Return a number for each run, in the order of runs."""
    return ", ".join(str(getattr(each, name)) for each in seen)


RECYCLING = (
    "sync-4-max-requests",
    "sync-4-max-requests-jitter",
    "gthread-2x4-max-requests",
)


def _recycle(lines: Sequence[Line]) -> str:
    heads = (
        "release",
        "`--workers 4 --max-requests 50`",
        "with `--max-requests-jitter 50`",
        "`--workers 2 --threads 4 --max-requests 100`",
    )
    each = [_by_release(lines, name) for name in RECYCLING]
    rows = (
        (release, *(_said(its.get(release, {}).get(Act.RECYCLE, ())) for its in each))
        for release in each[0]
    )
    return table(heads, rows, numbers=(0,))
