"""Reports and cells in one line each, made from an outcome or from rounds."""

from collections.abc import Sequence
from typing import Any

import msgspec

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.samples import make
from tests.samples.make import judge


def cell(word: Outcome | Verdict, number: int = 0, reason: str = "why") -> CellReport:
    """A cell with an outcome, or a measured cell with a verdict."""
    measured = isinstance(word, Verdict)
    return CellReport(
        id=f"flask-3.1.3/server-1/c{number}/py3.13",
        flask="3.1.3",
        server="server",
        server_version="1",
        configuration=f"c{number}",
        python="3.13",
        outcome=Outcome.MEASURED if isinstance(word, Verdict) else word,
        declared=1,
        declared_because="",
        declared_source="",
        ceiling=1 if measured else None,
        bounded=True if measured else None,
        floor=1 if measured else None,
        verdict=word if isinstance(word, Verdict) else Verdict.UNKNOWN,
        processes=1 if measured else None,
        threads=1 if measured else None,
        rounds=(),
        curve=(),
        hand_off_seconds=None,
        seconds=1.0,
        reason=reason,
        command=(),
        log_tail="",
        reproduce="",
    )


def report(*cells: CellReport) -> Report:
    """A report of some cells."""
    return Report(
        measured_at="2026-01-01T00:00:00+00:00",
        host=make.HOST,
        limit=64,
        environments=(),
        cells=cells,
    )


GUNICORN = make.environment("3.1.3", "gunicorn", "27.0.1")
WHERE = make.environment("3.1.3", "server", "1", "3.13")


def measured(
    declared: int | None, *rounds: Round, limit: int = 64, **other: Any
) -> CellReport:
    """A measured cell with some rounds, judged like any other."""
    evidence = make.evidence(
        WHERE, [make.cell(WHERE, "c0", declared, rounds)], limit=limit
    )
    return msgspec.structs.replace(judge([evidence]).cells[0], **other)


def judged(declared: int | None, seen: Sequence[Round], **other: Any) -> CellReport:
    """Judge a single cell; ``other`` overrides fields of its evidence."""
    one = make.cell(GUNICORN, "sync-4", declared, seen)
    return judge([make.evidence(GUNICORN, [one], **other)]).cells[0]


def at(declared: int, *admitted: int, above: int = 0, more: int = 3) -> CellReport:
    """A cell that admitted ``admitted`` requests in rounds of the declared number.

    In rounds of more requests it always admitted ``above``, by default the highest of
    ``admitted``.
    """
    top = above or max(admitted)
    over = [make.offer(n * declared, top) for n in range(2, 2 + more)]
    return measured(declared, *(make.offer(declared, n) for n in admitted), *over)


def even(number: int, declared: int = 0) -> CellReport:
    """A cell that admitted the same number in every round."""
    return at(declared or number, *[number] * 6)


def unbounded(limit: int = 64) -> CellReport:
    """A cell that admitted every request up to the limit."""
    return measured(None, *make.unbounded(limit), limit=limit)


def singly(burst: int, *one_by_one: int) -> CellReport:
    """A cell that admits another number when requests arrive one by one."""
    staggered = [make.offer(2, n, arrival=Arrival.STAGGERED) for n in one_by_one]
    rounds = [make.offer(2, burst)] * (9 if len(one_by_one) == 1 else 5)
    return measured(2, *rounds, *staggered, make.offer(8, burst))


DIED = cell(Outcome.DIED)
FAILED = cell(Outcome.HARNESS_FAILED)
UNSUPPORTED = cell(Outcome.NOT_SUPPORTED)
EIGHT = even(8)
SELDOM = at(8, 4, 5, 3, 2, 7, 6, 4, 5, 8, 3, above=8)
NEVER = at(8, 4, 5, 3, 2, 7, 6, 4, 5, 6, 3, above=8)
OFTEN = at(8, 8, 5, 8, 8, 7, 6, 8, 5, 8, 8)


def elsewhere(
    flask: str, server_version: str, configuration: str = "c0", python: str = "3.13"
) -> CellReport:
    """The same cell with other releases."""
    where = make.environment(flask, "server", server_version, python)
    return msgspec.structs.replace(
        EIGHT,
        id=str(where.cell(configuration)),
        flask=flask,
        server_version=server_version,
        configuration=configuration,
        python=python,
    )


EXPECTED_TOML = """
[[change]]
cell = "flask-*/server-*/c0/*"
from = 8
to = 4
why = "The pool is smaller now"
link = "https://example.org/1"
"""
