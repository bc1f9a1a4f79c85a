"""What a file of deployments asks for is kept, or it is told why not and what to do."""

from __future__ import annotations

import json

import pytest

from harness.deployment.declared.promise import Promise
from harness.deployment.remedies import explain
from harness.deployment.result import deployment_result
from harness.deployment.result import raise_to
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.badge import badge
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import FAILED
from tests.builders.deployments import FEWER
from tests.builders.deployments import gunicorn
from tests.builders.deployments import pool
from tests.builders.deployments import UNEVEN


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
def test_the_contract(
    seen: CellReport, at_least: int | None, fault: type[HarnessError] | None
) -> None:
    kept = deployment_result(deployment(at_least), seen, None)
    assert kept.fault is fault
    assert bool(kept.reason) == bool(fault)


def test_every_word_of_the_project_has_a_place_in_the_contract() -> None:
    for outcome in set(Outcome) - {Outcome.MEASURED}:
        assert (
            deployment_result(deployment(), cell(outcome=outcome), None).fault
            is not None
        )
    for verdict in Verdict:
        deployment_result(deployment(), cell(verdict=verdict), None)


# -------------------------------------------------------------------------- remedies


def test_a_server_that_goes_to_the_background() -> None:
    gone = "the server exited with status 0 before it answered"
    seen = cell(outcome=Outcome.NOT_STARTED, reason=gone)
    assert "stay in the foreground" in explain(seen, None).reason


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
def test_a_badge(seen: CellReport, message: str, colour: str) -> None:
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
def test_how_to_raise_what_is_declared(
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
def test_nothing_is_said_where_nothing_is_known(promise: Promise | None) -> None:
    assert raise_to(99, promise) == ""
