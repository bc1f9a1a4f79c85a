"""What a file of deployments asks for is kept, or it is told why not and what to do."""

from __future__ import annotations

import json
import shlex

import pytest

from harness.deployment.at_least import raise_to
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.remedies import explain
from harness.deployment.result import deployment_result
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
from tests.builders.deployments import gthread
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


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        (gthread(), "add `--worker-connections 2`"),
        (gthread("20.1.0"), "add `--worker-connections 2`"),
        (gthread("23.0.0"), "install gunicorn 24 or newer"),
        (gthread("what?"), "install gunicorn 24 or newer"),
    ],
)
def test_the_remedy_for_gthread_depends_on_the_release(
    promise: Promise, words: str
) -> None:
    assert words in explain(UNEVEN, promise, (), patched=False).reason


@pytest.mark.parametrize("promise", [None, gthread(connections=2)])
def test_no_remedy_is_better_than_a_wrong_one(promise: Promise | None) -> None:
    assert explain(UNEVEN, promise, (), patched=False).reason == UNEVEN.reason


def test_names_that_block_are_named() -> None:
    names = ("a.sleep", "b.socket", "c.sleep", "d.sleep")
    said = explain(FEWER, gthread(), names, patched=True).reason
    assert "a.sleep, b.socket, c.sleep and others were imported before gevent" in said


def test_the_last_error_is_the_cause() -> None:
    log = "Traceback:\n  File\nValueError: one\nlib.errors.NoSuchError: two\nbye\n"
    said = explain(
        cell(outcome=Outcome.NOT_STARTED, log_tail=log), None, (), patched=False
    ).reason
    assert said.endswith("it said: lib.errors.NoSuchError: two")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        # gunicorn 27
        (
            "[INFO] Booting worker with pid: 7\n"
            "Failed to find attribute 'ap' in 'shop'.\n"
            "[ERROR] Reason: App failed to load.\n",
            "it said: Failed to find attribute 'ap' in 'shop'.",
        ),
        # waitress 3
        (
            "There was an exception (AttributeError) importing your module.\n\n"
            "It had these arguments: \n1. module 'shop' has no attribute 'ap'\n",
            "it said: 1. module 'shop' has no attribute 'ap'",
        ),
        # uWSGI 2.0
        (
            "*** Operational MODE: single process ***\n"
            "unable to load app 0 (mountpoint='') (callable not found)\n"
            "*** no app loaded. GAME OVER ***\n",
            "it said: unable to load app 0 (mountpoint='') (callable not found)",
        ),
        # A script that waits
        (
            "2026 [INFO] one\nwaiting for the database\n[2026] [INFO] two\n",
            "the last that it said: waiting for the database",
        ),
        ("sh: 3: set: Illegal option -o x\n", "the last that it said: sh: 3: set: "),
        ("[INFO] Listening at: http://127.0.0.1:8000\n*** uWSGI ***\n", ""),
    ],
)
def test_a_cause_that_is_no_exception(log: str, said: str) -> None:
    seen = cell(outcome=Outcome.NOT_STARTED, reason="it ended", log_tail=log)
    words = "; ".join(filter(None, ("it ended", said)))
    reason = explain(seen, None, (), patched=False).reason
    assert reason.startswith(words)
    assert said or reason == words


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gunicorn -D app:app", "leave out `-D`"),
        ("gunicorn app:app --daemon", "leave out `--daemon`"),
        ("uwsgi --daemonize2 log -w app:app", "leave out `--daemonize2`"),
        ("sh -c 'gunicorn app:app &'", "leave out `&`"),
        ("supervisord -c my.conf", "add `-n` to `supervisord`"),
        ("./start.sh", "without an option such as `--daemon`"),
        ("sh -c 'a && gunicorn -d app:app'", "without an option such as `--daemon`"),
    ],
)
def test_what_sends_it_to_the_background_is_named(command: str, said: str) -> None:
    seen = cell(
        outcome=Outcome.NOT_STARTED,
        reason="the server exited with status 0 before it answered",
        command=tuple(shlex.split(command)),
    )
    assert said in explain(seen, None, (), patched=False).remedy


def pool(server: str, declared: int, **settings: int | str) -> Promise:
    """What a command of some server declares; every setting is given."""
    given = {
        name.replace("_", "-"): Setting(value, "the command line")
        for name, value in settings.items()
    }
    return Promise(server, declared, "", "", given)


def gunicorn(declared: int, kind: str, **settings: int | str) -> Promise:
    default: dict[str, int | str] = {"workers": 2, "threads": 2, "version": "27.0.1"}
    default |= {"worker_connections": 1000, "worker_class": kind}
    given = {name: Setting(v, "") for name, v in (default | settings).items()}
    return Promise("gunicorn", declared, "", "", given)


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


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        (
            pool("granian", 6, workers=2, blocking_threads=3),
            "one worker: `--workers 1 --blocking-threads 6`",
        ),
        (
            pool("uvicorn", 20, workers=2, threads=10),
            "uvicorn has no option; `--workers 1` declares 10, always",
        ),
        (pool("hypercorn", 12, workers=2, threads=6), "`--workers 1` declares 6"),
    ],
)
def test_workers_that_accept_too_much(promise: Promise, words: str) -> None:
    assert promise.declared
    seen = cell(promise.declared, at=(promise.declared, 3))
    assert seen.verdict is Verdict.UNEVEN
    assert words in explain(seen, promise, (), patched=False).reason
    fewer = cell(promise.declared, at=(3, 3), ceiling=3, verdict=Verdict.FEWER)
    assert words not in explain(fewer, promise, (), patched=False).reason


def test_a_reason_ends_with_the_remedy() -> None:
    seen = explain(UNEVEN, gthread(), (), patched=False)
    assert seen.remedy.startswith("add `--worker-connections 2`")
    assert seen.reason.endswith(f"; {seen.remedy}")
    below = deployment_result(deployment(at_least=8), seen, gthread())
    assert below.fault and below.remedy == seen.remedy
    kept = deployment_result(deployment(at_least=1), seen, gthread())
    assert not kept.fault and not kept.remedy
    failed = deployment_result(deployment(), cell(outcome=Outcome.DIED), None)
    assert failed.remedy and failed.reason.endswith(failed.remedy)


def test_gthread_that_is_limited_where_that_stalls() -> None:
    seen = explain(FEWER, gthread("23.0.0", connections=2), (), patched=False).reason
    assert "install gunicorn 24 or newer" in seen
    other = explain(FEWER, gthread("24.1.1", connections=2), (), patched=False).reason
    assert other == FEWER.reason


def test_a_server_that_goes_to_the_background() -> None:
    gone = "the server exited with status 0 before it answered"
    seen = cell(outcome=Outcome.NOT_STARTED, reason=gone)
    assert "stay in the foreground" in explain(seen, None, (), patched=False).reason


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
