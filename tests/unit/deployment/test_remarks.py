"""Remarks on a measured deployment, in addition to its number."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.on_platform import health_check
from harness.deployment.on_platform import on_paper
from harness.deployment.prepare import NotPrepared
from harness.deployment.remarks import remarks
from harness.records.choices import Question
from harness.records.health import HealthCheck
from harness.records.health import HealthNumbers
from harness.records.http2 import Http2Numbers
from harness.records.places import Narrow
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.staying import StayNumbers
from harness.records.staying import Taking
from tests.builders import platforms as files
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import prepared
from tests.builders.deployments import UNEVEN


def remarks_on(folder: Path, **given: Any) -> tuple[Remark, ...]:
    """Return the remarks on a deployment with 8 slots, on 2 processors."""
    found = given.pop("cell", cell(8))
    return remarks(prepared(folder, **given), found, 2)


def test_a_platform_that_sends_more_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (remark,) = remarks_on(tmp_path, command="gunicorn --threads 8 a:a")
    assert remark.word is Other.PLATFORM_MORE
    assert remark.reason == "the platform sends 10, the app takes 8: two wait"
    assert (remark.file, remark.line) == (str(tmp_path / "service.yaml"), 9)


def test_an_uneven_deployment_is_compared_by_its_floor(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (remark,) = remarks_on(tmp_path, cell=UNEVEN, command="gunicorn --threads 8 a:a")
    assert "always takes 2 and at most 8: two to eight wait" in remark.reason


def test_a_server_that_gives_up_first_is_a_remark(tmp_path: Path) -> None:
    service = files.CLOUD_RUN.replace("Concurrency: 10", "Concurrency: 8")
    (tmp_path / "service.yaml").write_text(service)
    (remark,) = remarks_on(tmp_path, command="gunicorn -w 8 a:a")
    assert remark.word is Other.APP_GIVES_UP
    assert "waits 300 s for an answer (by default), and gunicorn ends" in remark.reason
    assert remark.remedy.startswith("write --timeout 300 in mine, or give")
    assert remarks_on(tmp_path, command="gunicorn -w 8 --timeout 900 a:a") == ()


def test_a_lower_number_of_the_platform_is_a_remark(tmp_path: Path) -> None:
    text = files.APP_ENGINE.replace(": 40", ": 8")
    (tmp_path / "app.yaml").write_text(text)
    assert remarks_on(tmp_path) == ()
    (tmp_path / "app.yaml").write_text(text.replace(": 8", ": 5"))
    (remark,) = remarks_on(tmp_path)
    assert remark.word is Other.PLATFORM_FEWER and "three slots" in remark.reason


def test_of_two_platforms_one_must_be_named(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (tmp_path / "fly.toml").write_text(files.FLY)
    assert remarks_on(tmp_path) == ()
    (remark,) = remarks_on(tmp_path, platform="fly.toml")
    assert "sends 25" in remark.reason


def test_other_processors_on_the_platform_are_a_remark(
    tmp_path: Path,
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("import os\nworkers = os.cpu_count()\n")
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN.replace('"2"', '"4"'))
    found = {each.word: each.reason for each in remarks_on(tmp_path)}
    words = "it declares 2 with the 2 processors of this machine"
    assert found[Other.PROCESSORS] == f"{words}, and 4 with 4 on Cloud Run"
    same = files.CLOUD_RUN
    (tmp_path / "service.yaml").write_text(same)
    assert Other.PROCESSORS not in {each.word for each in remarks_on(tmp_path)}
    knative = same.replace("run.googleapis.com/", "x/")
    (tmp_path / "service.yaml").write_text(knative)
    found = {each.word: each.reason for each in remarks_on(tmp_path)}
    assert "counts the processors of its node" in found[Other.PROCESSORS]
    settled = {"command": "gunicorn -w 3 a:a"}
    assert Other.PROCESSORS not in {e.word for e in remarks_on(tmp_path, **settled)}


def test_a_waiting_health_check_is_a_remark(tmp_path: Path) -> None:
    check = HealthCheck(file=str(tmp_path / "k.yaml"), line=3)
    health = HealthNumbers(
        check=check,
        at_times=4,
        always=8,
        tried=12,
        behind=5,
        chance=False,
        idle_seconds=0.01,
        tcp=True,
        after=check.seconds,
    )
    (remark,) = remarks_on(tmp_path, cell=cell(8, health=health))
    assert remark.word is Other.STARVED and remark.line == 3
    assert "with 4 requests in the app, its health check may wait" in remark.reason
    assert "restarted if this lasts 21 to 31 s" in remark.reason
    answered = msgspec.structs.replace(health, at_times=None, always=None)
    assert remarks_on(tmp_path, cell=cell(8, health=answered)) == ()


def test_declared_numbers_are_compared_before_measuring(
    tmp_path: Path,
) -> None:
    assert on_paper(prepared(tmp_path)) == ""
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    words = "the platform sends 10, the app takes 8: two wait"
    assert on_paper(prepared(tmp_path)) == words


def test_unmeasured_deployments_have_no_remarks(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    assert remarks_on(tmp_path, cell=DIED) == ()
    assert remarks(NotPrepared(deployment(), "x"), cell(8), 2) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x: 1\n", "is not a file of a known platform"),
        (files.CLOUD_RUN.replace(": 10", ": ten"), "is 'ten'; write a number; correct"),
        (None, "platform: .*p.yaml"),
    ],
)
def test_a_named_platform_file_without_a_limit_is_an_error(
    text: str | None, why: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "p.yaml").write_text(text)
    named = msgspec.structs.replace(deployment(), platform="p.yaml")
    with pytest.raises(DeploymentFault, match=why):
        health_check(named, tmp_path)


def narrow(place: str, **other: Any) -> Narrow:
    """A place that three of six requests reach."""
    fields = {"at_door": 6, "at_place": 3, "others": "3 wait for it", "always": True}
    return Narrow(place=place, **{**fields, **other})


def test_a_place_inside_the_app_that_is_narrower_than_the_server_is_a_remark(
    tmp_path: Path,
) -> None:
    found = msgspec.structs.replace(cell(8), narrow=(narrow("sqlalchemy"),))
    (remark,) = remarks_on(tmp_path, cell=found)
    assert remark.word is Other.NARROW
    assert remark.reason == (
        "of 6 requests in the app at once, 3 get to sqlalchemy; 3 wait for it"
    )
    assert "pool_size + max_overflow" in remark.remedy
    by_chance = narrow("shop:lock", always=False, others="")
    found = msgspec.structs.replace(cell(8), narrow=(by_chance,))
    (remark,) = remarks_on(tmp_path, cell=found)
    assert remark.reason.endswith("3 get to shop:lock, by chance")
    assert remarks_on(tmp_path, cell=cell(8)) == ()


def stayed(question: Question, **changed: Any) -> StayNumbers:
    fields: dict[str, Any] = {
        "places": 8,
        "shut_out_by": 8,
        "tried": 8,
        "taking": Taking.EACH,
        "frees_after": None,
        "in_app": True,
    }
    return StayNumbers(question=question, **{**fields, **changed})


def test_long_lived_clients_that_shut_others_out_are_a_remark(tmp_path: Path) -> None:
    for question, words in (
        (Question.UPLOADS, "slow uploads on the way"),
        (Question.EVENTS, "event streams open"),
        (Question.SOCKETS, "WebSockets open"),
        (Question.POLLS, "Socket.IO clients that poll"),
    ):
        (remark,) = remarks_on(tmp_path, cell=cell(8, staying=(stayed(question),)))
        assert remark.word is Other.SHUT_OUT
        assert remark.reason == f"with 8 {words}, nobody else gets in"
        earlier = stayed(question, waits_from=4)
        (remark,) = remarks_on(tmp_path, cell=cell(8, staying=(earlier,)))
        assert remark.reason.endswith("gets in; from 4 on, a request may wait")
        always_room = stayed(question, shut_out_by=None)
        assert remarks_on(tmp_path, cell=cell(8, staying=(always_room,))) == ()


def test_buffered_events_are_a_remark(tmp_path: Path) -> None:
    late = stayed(Question.EVENTS, shut_out_by=None, held_back=True)
    (remark,) = remarks_on(tmp_path, cell=cell(8, staying=(late,)))
    assert remark.word is Other.HELD_BACK and "X-Accel-Buffering" in remark.remedy


def test_fewer_slots_for_one_connection_are_a_remark(tmp_path: Path) -> None:
    numbers = Http2Numbers(
        one=4, several=8, offered=16, streams=200, fewer=True, processes=1
    )
    (remark,) = remarks_on(tmp_path, cell=cell(8, http2=numbers))
    assert remark.word is Other.ONE_CONNECTION
    assert "4 requests are in the app at once; on several, 8 are" in remark.reason
    as_many = msgspec.structs.replace(numbers, one=8, fewer=False)
    assert remarks_on(tmp_path, cell=cell(8, http2=as_many)) == ()
