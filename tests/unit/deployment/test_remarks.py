"""Remarks on a measured deployment, beside its number."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.deployment.command.shell import CommandLine
from harness.deployment.config import DeploymentFault
from harness.deployment.environment import Where
from harness.deployment.platforms.deployment import health_check
from harness.deployment.platforms.deployment import on_paper
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.deployment.remarks import remarks
from harness.records.choices import Question
from harness.records.health import HealthCheck
from harness.records.health import HealthNumbers
from harness.records.http2 import Http2Numbers
from harness.records.places import Narrow
from harness.records.plan import Declaration
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.staying import StayNumbers
from harness.records.staying import Taking
from tests.builders import platforms as files
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import UNEVEN


def prepared(folder: Path, command: str = "gunicorn a:a", **keys: Any) -> Prepared:
    """A deployment in a folder."""
    return Prepared(
        msgspec.structs.replace(deployment(), **keys),
        CommandLine(tuple(command.split()), {}, None, 0),
        Where(folder, Path("python"), {}),
        {},
        Declaration(declared=8, because="", source=""),
        None,
    )


def told(folder: Path, **given: Any) -> tuple[Remark, ...]:
    """What is said of a deployment with 8 slots on a machine with 2 processors."""
    found = given.pop("cell", cell(8))
    return remarks(prepared(folder, **given), found, 2)


def test_a_platform_beside_it_sends_more(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (remark,) = told(tmp_path, command="gunicorn --threads 8 a:a")
    assert remark.word is Other.PLATFORM_MORE
    assert remark.reason == "the platform sends 10, the app takes 8: two wait"
    assert (remark.file, remark.line) == (str(tmp_path / "service.yaml"), 9)


def test_what_is_uneven_takes_less_than_it_declares(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (remark,) = told(tmp_path, cell=UNEVEN, command="gunicorn --threads 8 a:a")
    assert "always takes 2 and at most 8: two to eight wait" in remark.reason


def test_a_server_that_gives_up_before_its_platform(tmp_path: Path) -> None:
    service = files.CLOUD_RUN.replace("Concurrency: 10", "Concurrency: 8")
    (tmp_path / "service.yaml").write_text(service)
    (remark,) = told(tmp_path, command="gunicorn -w 8 a:a")
    assert remark.word is Other.APP_GIVES_UP
    assert "waits 300 s for an answer (by default), and gunicorn ends" in remark.reason
    assert remark.remedy.startswith("write --timeout 300 in mine, or give")
    assert told(tmp_path, command="gunicorn -w 8 --timeout 900 a:a") == ()


def test_an_equal_number_is_not_a_remark_and_a_lower_one_is(tmp_path: Path) -> None:
    text = files.APP_ENGINE.replace(": 40", ": 8")
    (tmp_path / "app.yaml").write_text(text)
    assert told(tmp_path) == ()
    (tmp_path / "app.yaml").write_text(text.replace(": 8", ": 5"))
    (remark,) = told(tmp_path)
    assert remark.word is Other.PLATFORM_FEWER and "three slots" in remark.reason


def test_two_platforms_are_compared_only_where_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    (tmp_path / "fly.toml").write_text(files.FLY)
    assert told(tmp_path) == ()
    (remark,) = told(tmp_path, platform="fly.toml")
    assert "sends 25" in remark.reason


def test_processors_of_this_machine_are_not_those_of_the_platform(
    tmp_path: Path,
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("import os\nworkers = os.cpu_count()\n")
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN.replace('"2"', '"4"'))
    found = {each.word: each.reason for each in told(tmp_path)}
    words = "it declares 2 with the 2 processors of this machine"
    assert found[Other.PROCESSORS] == f"{words}, and 4 with 4 on Cloud Run"
    same = files.CLOUD_RUN
    (tmp_path / "service.yaml").write_text(same)
    assert Other.PROCESSORS not in {each.word for each in told(tmp_path)}
    knative = same.replace("run.googleapis.com/", "x/")
    (tmp_path / "service.yaml").write_text(knative)
    found = {each.word: each.reason for each in told(tmp_path)}
    assert "counts the processors of its node" in found[Other.PROCESSORS]
    settled = {"command": "gunicorn -w 3 a:a"}
    assert Other.PROCESSORS not in {e.word for e in told(tmp_path, **settled)}


def test_a_health_check_that_waits(tmp_path: Path) -> None:
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
    (remark,) = told(tmp_path, cell=cell(8, health=health))
    assert remark.word is Other.STARVED and remark.line == 3
    assert "with 4 requests in the app, its health check may wait" in remark.reason
    assert "restarted if this lasts 21 to 31 s" in remark.reason
    answered = msgspec.structs.replace(health, at_times=None, always=None)
    assert told(tmp_path, cell=cell(8, health=answered)) == ()


def test_what_is_declared_is_compared_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    assert on_paper(prepared(tmp_path)) == ""
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    words = "the platform sends 10, the app takes 8: two wait"
    assert on_paper(prepared(tmp_path)) == words


def test_nothing_is_said_about_unmeasured_deployments(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(files.CLOUD_RUN)
    assert told(tmp_path, cell=DIED) == ()
    assert remarks(NotPrepared(deployment(), "x"), cell(8), 2) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x: 1\n", "is not a file of a known platform"),
        (files.CLOUD_RUN.replace(": 10", ": ten"), "is 'ten'; write a number; correct"),
        (None, "platform: .*p.yaml"),
    ],
)
def test_a_platform_that_is_named_has_to_say_something(
    text: str | None, why: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "p.yaml").write_text(text)
    named = msgspec.structs.replace(deployment(), platform="p.yaml")
    with pytest.raises(DeploymentFault, match=why):
        health_check(named, tmp_path)


def narrow(place: str, **other: Any) -> Narrow:
    """A place that three of six requests get to."""
    fields = {"at_door": 6, "at_place": 3, "others": "3 wait for it", "always": True}
    return Narrow(place=place, **{**fields, **other})


def test_a_place_inside_the_app_that_is_narrower_than_its_door(tmp_path: Path) -> None:
    found = msgspec.structs.replace(cell(8), narrow=(narrow("sqlalchemy"),))
    (remark,) = told(tmp_path, cell=found)
    assert remark.word is Other.NARROW
    assert remark.reason == (
        "of 6 requests in the app at once, 3 get to sqlalchemy; 3 wait for it"
    )
    assert "pool_size + max_overflow" in remark.remedy
    by_chance = narrow("shop:lock", always=False, others="")
    found = msgspec.structs.replace(cell(8), narrow=(by_chance,))
    (remark,) = told(tmp_path, cell=found)
    assert remark.reason.endswith("3 get to shop:lock, by chance")
    assert told(tmp_path, cell=cell(8)) == ()


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


def test_clients_that_stay_may_keep_everyone_else_out(tmp_path: Path) -> None:
    for question, words in (
        (Question.UPLOADS, "slow uploads on the way"),
        (Question.EVENTS, "event streams open"),
        (Question.SOCKETS, "WebSockets open"),
        (Question.POLLS, "Socket.IO clients that poll"),
    ):
        (remark,) = told(tmp_path, cell=cell(8, staying=(stayed(question),)))
        assert remark.word is Other.SHUT_OUT
        assert remark.reason == f"with 8 {words}, nobody else gets in"
        earlier = stayed(question, waits_from=4)
        (remark,) = told(tmp_path, cell=cell(8, staying=(earlier,)))
        assert remark.reason.endswith("gets in; from 4 on, a request may wait")
        always_room = stayed(question, shut_out_by=None)
        assert told(tmp_path, cell=cell(8, staying=(always_room,))) == ()


def test_events_that_are_held_back(tmp_path: Path) -> None:
    late = stayed(Question.EVENTS, shut_out_by=None, held_back=True)
    (remark,) = told(tmp_path, cell=cell(8, staying=(late,)))
    assert remark.word is Other.HELD_BACK and "X-Accel-Buffering" in remark.remedy


def test_one_connection_that_gets_fewer_slots(tmp_path: Path) -> None:
    numbers = Http2Numbers(
        one=4, several=8, offered=16, streams=200, fewer=True, processes=1
    )
    (remark,) = told(tmp_path, cell=cell(8, http2=numbers))
    assert remark.word is Other.ONE_CONNECTION
    assert "4 requests are in the app at once; on several, 8 are" in remark.reason
    as_many = msgspec.structs.replace(numbers, one=8, fewer=False)
    assert told(tmp_path, cell=cell(8, http2=as_many)) == ()
