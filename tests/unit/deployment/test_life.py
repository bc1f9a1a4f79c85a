"""Promises about a server's life are kept, broken, or it is not known."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.deployment.config import Deployment
from harness.deployment.life import acts_of
from harness.deployment.result import deployment_result
from harness.judge.questions import tapes
from harness.records.choices import Act
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import NothingMeasured
from harness.records.life import LifeSeen
from harness.records.life import OnTerm
from harness.records.life import TapeSeen
from harness.records.report import CellReport
from harness.records.words import Outcome
from tests.builders.answers import WHERE
from tests.builders.deployments import cell
from tests.builders.tapes import ENDED
from tests.builders.tapes import KILLED
from tests.builders.tapes import lost
from tests.builders.tapes import RELOADED
from tests.builders.tapes import tape_seen
from tests.samples import make

STEADY = tape_seen(Act.RECYCLE, (-1.5, 4, 0))
HELD_UP = msgspec.structs.replace(RELOADED, lag_seconds=0.7)
CUT_OFF = msgspec.structs.replace(ENDED, lost=(lost(0.1),))
LEFT = msgspec.structs.replace(ENDED, survivors=2)


def unsupported(act: Act) -> TapeSeen:
    return TapeSeen(act=act, outcome=Outcome.NOT_SUPPORTED, reason="no handler")


def watched(*seen: TapeSeen) -> CellReport:
    asked = (LifeSeen(tapes=seen),)
    rounds = make.rounds(4, (4, 1))
    found = tapes(make.cell(WHERE, "sync-4", 4, rounds, asked=asked))
    return cell(4, tapes=found)


def deployment(**keys: Any) -> Deployment:
    return Deployment(name="mine", command="x {port}", **keys)


@pytest.mark.parametrize(
    ("keys", "acts"),
    [
        ({}, ()),
        ({"never_below": 3}, (Act.RECYCLE, Act.RELOAD, Act.KILL)),
        ({"on_term": OnTerm.FINISH}, (Act.END,)),
        ({"life": (Act.KILL,), "never_below": 3}, (Act.KILL,)),
        (
            {"life": (Act.END,), "never_below": 3},
            (Act.END, Act.RECYCLE, Act.RELOAD, Act.KILL),
        ),
        ({"life": (Act.KILL,), "on_term": OnTerm.FINISH}, (Act.KILL, Act.END)),
    ],
)
def test_what_has_to_be_done(keys: dict[str, Any], acts: tuple[Act, ...]) -> None:
    assert acts_of(deployment(**keys)) == acts


@pytest.mark.parametrize(
    ("keys", "seen", "fault", "words"),
    [
        ({"never_below": 4}, (STEADY, RELOADED, KILLED), GateFailed, "there were 0"),
        ({"never_below": 3, "life": (Act.KILL,)}, (KILLED,), None, ""),
        ({"never_below": 4, "life": (Act.KILL,)}, (KILLED,), GateFailed, "were 3"),
        (
            {"never_below": 3},
            (STEADY, unsupported(Act.RELOAD), KILLED),
            None,
            "",
        ),
        (
            {"never_below": 3, "life": (Act.RELOAD,)},
            (unsupported(Act.RELOAD),),
            NothingMeasured,
            "no handler",
        ),
        ({"never_below": 3}, (HELD_UP, STEADY, KILLED), NothingMeasured, "too much"),
        ({"never_below": 3}, (), NothingMeasured, "could not be tried"),
        (
            {"never_below": 3, "life": (Act.END,)},
            (ENDED,),
            NothingMeasured,
            "could not be tried",
        ),
        ({"on_term": OnTerm.FINISH}, (ENDED,), None, ""),
        ({"on_term": OnTerm.FINISH}, (CUT_OFF,), GateFailed, "on-term: On SIGTERM"),
        ({"on_term": OnTerm.FINISH}, (LEFT,), GateFailed, "still there"),
        ({"on_term": OnTerm.FINISH}, (), NothingMeasured, "end could not be tried"),
        ({}, (RELOADED, CUT_OFF), None, ""),
    ],
)
def test_promises(
    keys: dict[str, Any],
    seen: tuple[TapeSeen, ...],
    fault: type[HarnessError] | None,
    words: str,
) -> None:
    kept = deployment_result(deployment(**keys), watched(*seen), None)
    assert kept.fault is fault
    assert words in kept.reason
    assert bool(kept.reason) == bool(fault)


def test_a_tape_that_was_lucky_is_not_believed() -> None:
    """Four are guaranteed at all times; that eight were there meanwhile was chance."""
    eight = tape_seen(Act.RECYCLE, (-1.5, 8, 0))
    found = msgspec.structs.replace(watched(eight), floor=4, ceiling=8)
    promised = deployment(never_below=6, life=(Act.RECYCLE,))
    kept = deployment_result(promised, found, None)
    assert kept.fault is GateFailed
    assert "6 asked for, and at times there are 4" in kept.reason
    promised = deployment(never_below=4, life=(Act.RECYCLE,))
    assert deployment_result(promised, found, None).fault is None
