"""What a user is told to do about a finding."""

from __future__ import annotations

import shlex

import pytest

from harness.deployment.declared.promise import Promise
from harness.deployment.remedies import explain
from harness.deployment.result import deployment_result
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import FEWER
from tests.builders.deployments import gthread
from tests.builders.deployments import pool
from tests.builders.deployments import UNEVEN


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
        # A migration by two workers at once
        (
            "INFO [alembic] one\n(sqlite3.OperationalError) table x already exists\n"
            "[2026] [7] [ERROR] Worker (pid:8) exited with code 3.\n"
            "[2026] [7] [ERROR] Reason: Worker failed to boot.\n",
            "it said: (sqlite3.OperationalError) table x already exists",
        ),
        (
            "[7] [ERROR] connection to unix:/none/x.sock failed: [Errno 2]\n",
            "the last that it said: [7] [ERROR] connection to unix:/none/x.sock",
        ),
        # An engine that may pull no more
        (
            "Unable to find image 'shop:latest' locally\n"
            "docker: Error response from daemon: toomanyrequests: You have reached\n",
            "it said: docker: Error response from daemon: toomanyrequests: You have",
        ),
        ("[INFO] Listening at: http://127.0.0.1:8000\n*** uWSGI ***\n", ""),
        # One of several processes of honcho 2
        (
            "23:45:55 system   | worker.1 started (pid=7)\n"
            "23:45:55 worker.1 | no redis\n"
            "23:45:55 system   | web.1 stopped (rc=-15)\n",
            "the last that it said: no redis",
        ),
        (
            "web-1  | ValueError: one\nweb-1 exited with code 1\n",
            "it said: ValueError: one",
        ),
        # An app that something else ends
        (
            "[7] [INFO] Booting worker with pid: 8\n"
            "[7] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n",
            "the last that it said: Worker (pid:8) was sent SIGKILL! Perhaps out",
        ),
        # pydantic 2 names what is missing in lines of their own
        (
            "pydantic_core.ValidationError: 2 validation errors for Shop\n"
            "database_url\n  Field required [type=missing, input_value={}]\n"
            "    For further information visit https://errors.pydantic.dev/2.13/\n"
            "key\n  Field required [type=missing, input_value={}]\n"
            "[2026] [7] [ERROR] Worker (pid:8) exited with code 3.\n",
            "it said: pydantic_core.ValidationError: 2 validation errors for Shop: "
            "database_url: Field required, key: Field required",
        ),
        (
            "File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'SHOP_KEY'\n",
            "it said: KeyError: 'SHOP_KEY'; give it that variable: "
            'env = { SHOP_KEY = "…" }',
        ),
        ("prices = TABLE[name]\nKeyError: 'SHOP'\n", "it said: KeyError: 'SHOP'"),
    ],
)
def test_a_cause_that_is_no_exception(log: str, said: str) -> None:
    seen = cell(outcome=Outcome.NOT_STARTED, reason="it ended", log_tail=log)
    words = "; ".join(filter(None, ("it ended", said)))
    reason = explain(seen, None, (), patched=False).reason
    assert reason.startswith(words)
    assert said or reason == words


def test_another_port_is_cause_enough() -> None:
    seen = cell(
        outcome=Outcome.NOT_ANSWERING,
        reason="it listens on port 5000 and not on the one it was given; write PORT",
        log_tail="Error: Build failed with 1 failure.\n",
    )
    explained = explain(seen, None, (), patched=False)
    assert (explained.reason, explained.remedy) == (seen.reason, "write PORT")


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


def test_a_reason_that_names_its_remedy_has_it_alone_too() -> None:
    remedy = "write `{port}` in place of `5000`"
    reason = f"it listens on port 5000 and not on the one it was given; {remedy}"
    seen = cell(outcome=Outcome.NOT_ANSWERING, reason=reason, log_tail="warnings.warn(")
    told = explain(seen, None, (), patched=False)
    assert (told.reason, told.remedy) == (reason, remedy)
