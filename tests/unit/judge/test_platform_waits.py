"""Which side gives up first, the platform or the app."""

import pytest

from harness.judge.platform_waits import AppWaits
from harness.judge.platform_waits import judge_answer
from harness.judge.platform_waits import judge_idle
from harness.judge.platform_waits import PlatformWaits
from harness.records.declares import WaitVerdict

PLATFORM = PlatformWaits("Cloud Run", 300, "by default", "answers 504")


def app(seconds: float | None) -> AppWaits:
    return AppWaits("gunicorn", seconds, "--timeout", "Dockerfile:2", ", or not")


@pytest.mark.parametrize(
    ("seconds", "verdict", "fault", "reason"),
    [
        (30, WaitVerdict.APP_FIRST, True, "gunicorn ends it after 30 s: the worker"),
        (298, WaitVerdict.APP_FIRST, True, "after 298 s"),
        (299.5, WaitVerdict.TOGETHER, False, "either may be first"),
        (300, WaitVerdict.TOGETHER, False, "either may be first"),
        (600, WaitVerdict.PLATFORM_FIRST, False, "until then it keeps its slot"),
        (None, WaitVerdict.PLATFORM_FIRST, False, "keeps its slot"),
    ],
)
def test_timeouts_of_answers_are_compared(
    seconds: float | None, verdict: WaitVerdict, fault: bool, reason: str
) -> None:
    judged = judge_answer(PLATFORM, app(seconds))
    assert (judged.verdict, judged.fault) == (verdict, fault)
    assert judged.reason.startswith(
        "Cloud Run waits 300 s for an answer (by default), "
    )
    assert reason in judged.reason
    remedy = "write --timeout 300 in Dockerfile:2, or not"
    assert judged.remedy == (remedy if fault else "")


@pytest.mark.parametrize(
    ("seconds", "fault"), [(2, True), (300, True), (301, False), (None, False)]
)
def test_timeouts_of_idle_connections_are_compared(
    seconds: float | None, fault: bool
) -> None:
    judged = judge_idle(PLATFORM, app(seconds))
    assert judged is not None and judged.fault is fault
    assert bool(judged.remedy) is fault
    if fault:
        assert "write --timeout 305 in" in judged.remedy


def test_a_server_without_keep_alive_is_not_judged() -> None:
    assert judge_idle(PLATFORM, app(0)) is None
