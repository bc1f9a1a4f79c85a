"""How many requests a platform sends, compared with what the app takes."""

from typing import Any

import pytest

from harness.judge.platform_sends import judge_platform
from harness.judge.platform_sends import Limit
from harness.judge.platform_sends import Takes
from harness.records.declares import SendVerdict

TAKES = Takes(8, 8, "Dockerfile:2", "2 workers × 4 threads")


def limit(most: int | None = 10, aims: int | None = None, **other: Any) -> Limit:
    fields = {"counts": "requests", "key": "k", "where": "f:3", "platform": "P"}
    return Limit(most, aims, **{**fields, **other})


@pytest.mark.parametrize(
    ("given", "takes", "verdict", "reason"),
    [
        (
            limit(),
            TAKES,
            SendVerdict.MORE,
            "the platform sends 10, the app takes 8: two wait",
        ),
        (limit(9), TAKES, SendVerdict.MORE, "one waits"),
        (limit(80), TAKES, SendVerdict.MORE, "72 wait"),
        (limit(None, 20), TAKES, SendVerdict.MORE, "the platform aims at 20, "),
        (limit(25, counts="connections"), TAKES, SendVerdict.MORE, "25 connections"),
        (limit(because="a default"), TAKES, SendVerdict.MORE, "two wait (a default)"),
        (limit(8), TAKES, SendVerdict.AS_MANY, "sends 8, and the app takes 8"),
        (
            limit(4),
            TAKES,
            SendVerdict.FEWER,
            "the platform sends 4, the app takes 8: four slots stay empty",
        ),
        (limit(7), TAKES, SendVerdict.FEWER, "one slot stays empty"),
        (
            limit(None, because="none"),
            TAKES,
            SendVerdict.NO_LIMIT,
            "P sends any number",
        ),
        (limit(), Takes(None, None, ""), SendVerdict.AS_MANY, "sets no bound"),
        (
            limit(8),
            Takes(4, 8, "web"),
            SendVerdict.MORE,
            "the app always takes 4 and at most 8: four wait at times",
        ),
        (
            limit(12),
            Takes(4, 8, "web"),
            SendVerdict.MORE,
            "four to eight wait",
        ),
    ],
)
def test_the_verdict_compares_both_numbers(
    given: Limit, takes: Takes, verdict: SendVerdict, reason: str
) -> None:
    judged = judge_platform(given, takes)
    assert judged.verdict is verdict and reason in judged.reason
    differs = verdict in (SendVerdict.MORE, SendVerdict.FEWER)
    assert bool(judged.remedy) is differs


def test_the_remedy_names_a_setting_on_each_side() -> None:
    assert judge_platform(limit(), TAKES).remedy == (
        "set k to 8 in f:3, or let Dockerfile:2 take 10, which is 2 workers × 4 "
        "threads now"
    )
    assert "set k to 8 in f:3, or start fewer" in judge_platform(limit(4), TAKES).remedy


def test_if_the_platform_has_no_setting_the_remedy_is_for_the_app() -> None:
    assert judge_platform(limit(key=""), TAKES).remedy == (
        "let Dockerfile:2 take 10, which is 2 workers × 4 threads now"
    )
    assert judge_platform(limit(4, key=""), TAKES).remedy.startswith("start fewer in ")
