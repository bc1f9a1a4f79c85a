"""Builders: evidence made by hand in a line or two, and the report on it."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from harness.cli.reproduce import probe_by
from harness.judge.judge import judge as judge_evidence
from harness.plan import catalog
from harness.records.evidence import CellEvidence
from harness.records.evidence import ControlEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Host
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.report import Report
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Settled

TITLES = catalog.titles()

HOST = Host(
    system="Linux",
    kernel="6.12.57",
    machine="x86_64",
    processors=2,
    quiet_by=Settled.SCHEDSTAT,
    open_files=1048576,
)


def offer(
    asked: int, admitted: int, shape: tuple[int, int] = (1, 1), **other: Any
) -> Round:
    """A round without faults: what was not admitted waited, and was served in the end.

    ``shape`` is processes and threads; ``other`` overrides any field of the round.
    """
    waiting = asked - admitted
    fields: dict[str, Any] = {
        "arrival": Arrival.BURST,
        "asked": asked,
        "offered": asked,
        "admitted": admitted,
        "peak": admitted,
        "waiting": waiting,
        "late": 0,
        "processes": min(shape[0], admitted),
        "threads": min(shape[1], admitted),
        "settled": Settled.SCHEDSTAT if waiting else Settled.ALL_ENTERED,
        "settle_seconds": 0.0412 if waiting else 0.0036,
        "entered_on_release": 1 if waiting and admitted else None,
        "hand_off_seconds": 0.0011 if waiting and admitted else None,
        "account": Account(answered=asked),
    }
    return Round(**fields | other)


def rounds(
    declared: int, shape: tuple[int, int], at: Iterable[int] = ()
) -> tuple[Round, ...]:
    """Rounds around a declared number; ``at`` is what was admitted of just that."""
    admitted = list(at) or [declared, declared]
    beyond = max(admitted)
    return (
        offer(1, 1, shape),
        *(offer(declared, number, shape) for number in admitted),
        offer(2 * declared, beyond, shape),
    )


def unbounded(limit: int, *beyond: int) -> tuple[Round, ...]:
    """Rounds in which all that was offered was admitted."""
    loads = (1, limit, limit, *beyond)
    return tuple(offer(load, load, (1, load)) for load in loads)


CONTROL = ControlEvidence(
    processes=2,
    threads=2,
    outcome=Outcome.MEASURED,
    rounds=rounds(4, (2, 2)),
)


def environment(
    flask: str, server: str, server_version: str, python: str = "3.11"
) -> Environment:
    """An environment."""
    return Environment(
        flask=flask, server=server, server_version=server_version, python=python
    )


def cell(
    where: Environment,
    configuration: str,
    declared: int | None,
    seen: Sequence[Round] = (),
    **other: Any,
) -> CellEvidence:
    """A cell; ``other`` overrides any field."""
    fields: dict[str, Any] = {
        "id": str(where.cell(configuration)),
        "configuration": configuration,
        "outcome": Outcome.MEASURED,
        "command": (where.server, configuration),
        "declaration": Declaration(
            declared=declared,
            because=f"The configuration {configuration} says so.",
            source="https://flask.palletsprojects.com/en/stable/deploying/",
        ),
        "rounds": tuple(seen),
        "start_seconds": 0.412,
        "measure_seconds": 0.238,
        "stop_seconds": 0.021,
    }
    return CellEvidence(**fields | other)


def unmeasured(
    where: Environment,
    configuration: str,
    outcome: Outcome,
    reason: str,
    log_tail: str = "",
    declared: int | None = 1,
) -> CellEvidence:
    """A cell without a measurement."""
    return cell(
        where,
        configuration,
        declared,
        outcome=outcome,
        reason=reason,
        log_tail=log_tail,
    )


def evidence(
    where: Environment, cells: Iterable[CellEvidence], **other: Any
) -> Evidence:
    """The evidence of one environment; ``other`` overrides any field."""
    fields: dict[str, Any] = {
        "environment": where,
        "title": TITLES.get(where.server, ""),
        "measured_at": "2026-11-21T09:30:00+00:00",
        "host": HOST,
        "installed": {"Flask": where.flask, where.server: where.server_version},
        "control": CONTROL,
        "limit": 64,
        "cells": tuple(cells),
    }
    return Evidence(**fields | other)


def judge(evidence: Sequence[Evidence]) -> Report:
    """The report that a run of the matrix would make of some evidence."""
    return judge_evidence(evidence, probe_by("nox -s probe --"))
