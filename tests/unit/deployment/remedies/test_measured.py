"""What a user is advised to do about a finding."""

import msgspec
import pytest

from harness.deployment.declared.promise import Promise
from harness.deployment.hook import Hello
from harness.deployment.remedies.measured import explain
from harness.deployment.result import deployment_result
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.ready import NotAnswering
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import FEWER
from tests.builders.deployments import gthread
from tests.builders.deployments import gunicorn
from tests.builders.deployments import pool
from tests.builders.deployments import UNEVEN


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        (gthread(), "add `--worker-connections 2`"),
        (gthread("20.1.0"), "add `--worker-connections 2`"),
        (gthread("23.0.0"), "install gunicorn 24 or newer"),
        (gthread("what?"), "install gunicorn 24 or newer"),
        (
            gunicorn(4, "gunicorn.workers.gthread.ThreadWorker"),
            "add `--worker-connections 2`",
        ),
    ],
)
def test_the_remedy_for_gthread_depends_on_the_release(
    promise: Promise, words: str
) -> None:
    assert words in explain(UNEVEN, promise).reason


@pytest.mark.parametrize("promise", [None, gthread(connections=2)])
def test_without_a_sure_remedy_there_is_none(promise: Promise | None) -> None:
    assert explain(UNEVEN, promise).reason == UNEVEN.reason


def test_blocking_names_are_listed() -> None:
    names = ("a.sleep", "b.socket", "c.sleep", "d.sleep")
    said = explain(FEWER, gthread(), Hello(patched=True, stale=names)).reason
    assert "a.sleep, b.socket, c.sleep and others were imported before gevent" in said


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
def test_workers_that_accept_too_much_have_a_remedy(
    promise: Promise, words: str
) -> None:
    assert promise.declared
    seen = cell(promise.declared, at=(promise.declared, 3))
    assert seen.verdict is Verdict.UNEVEN
    assert words in explain(seen, promise).reason
    fewer = cell(promise.declared, at=(3, 3), ceiling=3, verdict=Verdict.FEWER)
    assert words not in explain(fewer, promise).reason


def test_a_limit_on_threads_has_a_remedy() -> None:
    log = "RuntimeError: can't start new thread\n"
    few = msgspec.structs.replace(FEWER, log_tail=log)
    assert explain(few, gthread()).remedy.startswith("raise `ulimit -u`")


def test_a_reason_ends_with_the_remedy() -> None:
    seen = explain(UNEVEN, gthread())
    assert seen.remedy.startswith("add `--worker-connections 2`")
    assert seen.reason.endswith(f"; {seen.remedy}")
    below = deployment_result(deployment(at_least=8), seen, gthread())
    assert below.fault and below.remedy == seen.remedy
    kept = deployment_result(deployment(at_least=1), seen, gthread())
    assert not kept.fault and not kept.remedy
    failed = deployment_result(deployment(), cell(outcome=Outcome.DIED), None)
    assert failed.remedy and failed.reason.endswith(failed.remedy)


def test_few_connections_of_gthread_have_a_remedy() -> None:
    seen = explain(FEWER, gthread("23.0.0", connections=2)).reason
    assert "install gunicorn 24 or newer" in seen
    other = explain(FEWER, gthread("24.1.1", connections=2)).reason
    assert other == FEWER.reason


def test_a_remedy_within_a_reason_is_also_a_separate_field() -> None:
    remedy = "write `{port}` in place of `5000`"
    fault = Fault("it listens on port 5000", remedy, CauseKnown.SURELY)
    reason = str(NotAnswering(fault))
    seen = cell(outcome=Outcome.NOT_ANSWERING, reason=reason, log_tail="warnings.warn(")
    told = explain(seen, None, fault=fault)
    assert (told.reason, told.remedy) == (reason, remedy)
