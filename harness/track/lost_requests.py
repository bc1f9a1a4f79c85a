"""Compares releases by the requests that a server loses during an act.

The number comes from one tape, and depends on which requests happen to be on their way
at that moment. So two releases differ only if one loses requests and the other loses
none.
"""

import msgspec

from harness.judge.difference import Comparison
from harness.judge.questions import tapes
from harness.records.changes import Change
from harness.records.choices import Act
from harness.records.evidence import Evidence
from harness.records.life import Tape
from harness.records.plan import Plan


def watching(plan: Plan, act: Act | None) -> Plan:
    """A plan that watches only one act in each server's life, if one is given."""
    if act is None:
        return plan
    return Plan(
        environments=tuple(
            msgspec.structs.replace(
                environment,
                cells=tuple(
                    msgspec.structs.replace(cell, acts=(act,))
                    for cell in environment.cells
                ),
            )
            for environment in plan.environments
        )
    )


def tape_of(evidence: Evidence, act: Act) -> Tape | None:
    """The tape of an act in evidence of one cell; ``None`` if there is none."""
    (cell,) = evidence.cells
    return next((tape for tape in tapes(cell) if tape.act is act), None)


def in_words(tape: Tape) -> str:
    """The number of lost requests, in words."""
    return f"{len(tape.lost) or 'none'} lost on {tape.act}"


def differ(before: Tape, now: Tape) -> Comparison:
    """Compare two releases by whether any request was lost."""
    old, new = bool(before.lost), bool(now.lost)
    change = Change.SAME if old == new else Change.FEWER if new else Change.MORE
    return Comparison(change, f"{in_words(before)} before; now {in_words(now)}")
