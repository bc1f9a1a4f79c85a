"""A deployment keeps its promises, or the result says why not and what to do."""

import json
from typing import Any

import msgspec
import pytest

from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.deployment.remedies.measured import explain
from harness.deployment.result import acts_of
from harness.deployment.result import deployment_result
from harness.deployment.result import raise_to
from harness.judge.questions import tapes
from harness.records.choices import Act
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.life import LifeSeen
from harness.records.life import OnTerm
from harness.records.life import TapeSeen
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.badge import badge
from tests.builders.answers import WHERE
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import FAILED
from tests.builders.deployments import FEWER
from tests.builders.deployments import gunicorn
from tests.builders.deployments import pool
from tests.builders.deployments import UNEVEN
from tests.builders.tapes import ENDED
from tests.builders.tapes import KILLED
from tests.builders.tapes import lost
from tests.builders.tapes import RELOADED
from tests.builders.tapes import tape_seen
from tests.samples import make


@pytest.mark.parametrize(
    ("seen", "at_least", "fault"),
    [
        (cell(), None, None),
        (cell(), 8, None),
        (cell(), 9, GateFailed),
        (UNEVEN, None, GateFailed),
        (UNEVEN, 2, None),
        (UNEVEN, 3, GateFailed),
        (FEWER, None, GateFailed),
        (FEWER, 1, GateFailed),
        (cell(verdict=Verdict.MORE), None, None),
        (cell(verdict=Verdict.UNKNOWN), None, NothingMeasured),
        (cell(verdict=Verdict.UNKNOWN), 8, None),
        (cell(outcome=Outcome.NOT_STARTED), 1, CouldNotStart),
        (cell(outcome=Outcome.NOT_ANSWERING), None, CouldNotStart),
        (cell(outcome=Outcome.NOT_INSTALLED), None, CouldNotStart),
        (DIED, None, CouldNotStart),
        (FAILED, None, HarnessFailed),
    ],
)
def test_the_fault_depends_on_the_promise(
    seen: CellReport, at_least: int | None, fault: type[HarnessError] | None
) -> None:
    kept = deployment_result(deployment(at_least), seen, None)
    assert kept.fault is fault
    assert bool(kept.reason) == bool(fault)


def test_every_outcome_and_verdict_is_covered_by_the_promise() -> None:
    for outcome in set(Outcome) - {Outcome.MEASURED}:
        assert (
            deployment_result(deployment(), cell(outcome=outcome), None).fault
            is not None
        )
    for verdict in Verdict:
        deployment_result(deployment(), cell(verdict=verdict), None)


# -------------------------------------------------------------------------- remedies


def test_a_daemonized_server_is_explained() -> None:
    gone = "the server exited with status 0 before it answered"
    seen = cell(outcome=Outcome.NOT_STARTED, reason=gone)
    assert "stay in the foreground" in explain(seen, None, exit_status=0).reason
    assert "foreground" not in explain(seen, None, exit_status=1).reason


# ----------------------------------------------------------------------------- badge


@pytest.mark.parametrize(
    ("seen", "message", "colour"),
    [
        (cell(), "8", "green"),
        (UNEVEN, "8 (seen 2)", "yellow"),
        (FEWER, "3", "red"),
        (DIED, "died", "red"),
        (cell(bounded=False), "at least 8", "green"),
    ],
)
def test_a_badge_has_the_number_and_a_colour(
    seen: CellReport, message: str, colour: str
) -> None:
    said = json.loads(badge(seen))
    assert said["schemaVersion"] == 1
    assert (said["message"], said["color"]) == (message, colour)


@pytest.mark.parametrize(
    ("at_least", "promise", "words"),
    [
        (3, gunicorn(2, "sync"), "`--workers 3` declares 3"),
        (6, gunicorn(4, "gthread"), "`--threads 3 --worker-connections 3` declares 6"),
        (5, gunicorn(4, "gthread", version="23.0.0"), "`--workers 1 --threads 5` decl"),
        (5, gunicorn(4, "gthread", workers=1), "`--workers 1 --threads 5` declares 5"),
        (7, gunicorn(6, "gevent"), "`--worker-connections 4` declares 8"),
        (3, gunicorn(2, "gunicorn.workers.sync.SyncWorker"), "`--workers 3`"),
        (6, gunicorn(4, "gunicorn.workers.gthread.ThreadWorker"), "`--threads 3 --wo"),
        (7, gunicorn(6, "gunicorn.workers.ggevent.GeventWorker"), "`--worker-conne"),
        (5, pool("uwsgi", 4, processes=2, threads=2), "`processes = 3` declares 6"),
        (5, pool("uwsgi", 4, processes=2, gevent=2), "`processes = 3` declares 6"),
        (5, pool("waitress", 4, threads=4), "`--threads=5` declares 5"),
        (
            5,
            pool("granian", 4, workers=2, blocking_threads=2),
            "`--workers 1 --blockin",
        ),
        (2, Promise("werkzeug", 1, "", ""), "without `--without-threads`"),
    ],
)
def test_the_setting_that_raises_the_number_is_named(
    at_least: int, promise: Promise, words: str
) -> None:
    assert raise_to(at_least, promise).startswith(words)
    assert promise.declared is not None
    assert raise_to(promise.declared, promise) == "", "enough is declared"


@pytest.mark.parametrize(
    "promise",
    [
        None,
        gunicorn(1, "tornado"),
        pool("uvicorn", 10, workers=1, threads=10),
        pool("granian", 4, workers=2, blocking_threads=2, backpressure=2),
    ],
)
def test_without_a_known_setting_none_is_suggested(promise: Promise | None) -> None:
    assert raise_to(99, promise) == ""


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


def living(**keys: Any) -> Deployment:
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
def test_promises_decide_which_acts_are_watched(
    keys: dict[str, Any], acts: tuple[Act, ...]
) -> None:
    assert acts_of(living(**keys)) == acts


@pytest.mark.parametrize(
    ("keys", "seen", "fault", "words"),
    [
        (
            {"never_below": 4},
            (STEADY, RELOADED, KILLED),
            GateFailed,
            "there were only 0",
        ),
        ({"never_below": 3, "life": (Act.KILL,)}, (KILLED,), None, ""),
        ({"never_below": 4, "life": (Act.KILL,)}, (KILLED,), GateFailed, "were only 3"),
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
        ({"never_below": 3}, (HELD_UP, STEADY, KILLED), NothingMeasured, "too busy"),
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
def test_promises_about_tapes_are_checked(
    keys: dict[str, Any],
    seen: tuple[TapeSeen, ...],
    fault: type[HarnessError] | None,
    words: str,
) -> None:
    kept = deployment_result(living(**keys), watched(*seen), None)
    assert kept.fault is fault
    assert words in kept.reason
    assert bool(kept.reason) == bool(fault)


def test_a_lucky_tape_is_not_enough() -> None:
    """Four slots are guaranteed at all times; the eight that were seen were chance."""
    eight = tape_seen(Act.RECYCLE, (-1.5, 8, 0))
    found = msgspec.structs.replace(watched(eight), floor=4, ceiling=8)
    promised = living(never_below=6, life=(Act.RECYCLE,))
    kept = deployment_result(promised, found, None)
    assert kept.fault is GateFailed
    assert "6 required, but sometimes there are 4" in kept.reason
    promised = living(never_below=4, life=(Act.RECYCLE,))
    assert deployment_result(promised, found, None).fault is None
