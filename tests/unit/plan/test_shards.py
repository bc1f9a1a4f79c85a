"""How a plan is divided into jobs, and which divisions are refused."""

import json

import pytest

from harness.plan.shards import check_size
from harness.plan.shards import job_matrix
from harness.plan.shards import shard_of
from harness.records.errors import UsageError
from harness.records.plan import Plan
from tests.builders.plans import environment
from tests.builders.plans import plan


def test_jobs_have_every_environment_once() -> None:
    whole = plan(5, 3, 3, 1)
    jobs = json.loads(job_matrix(whole, 3))["include"]
    assert [job["shard"] for job in jobs] == ["1/3", "2/3", "3/3"]
    assert [job["number"] for job in jobs] == [1, 2, 3]
    assert sum(job["cells"] for job in jobs) == 12
    found = [
        each for job in jobs for each in shard_of(whole, job["shard"]).environments
    ]
    assert sorted(map(str, found)) == sorted(map(str, whole.environments))


def test_no_more_jobs_than_environments() -> None:
    jobs = json.loads(job_matrix(plan(1, 1), 8))["include"]
    assert [job["shard"] for job in jobs] == ["1/8", "2/8"]
    assert [len(shard_of(plan(1, 1), job["shard"]).environments) for job in jobs] == [
        1,
        1,
    ]


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "3/8"])
def test_a_bad_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard"):
        shard_of(plan(1, 1), text)


def test_too_many_jobs_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 256 jobs"):
        job_matrix(plan(1), 257)


def test_a_plan_with_nothing_to_measure_is_refused() -> None:
    with pytest.raises(UsageError, match="the plan is empty"):
        check_size(Plan(environments=()))
    never = Plan(environments=(environment("3.0", 2, "not on Tuesdays"),))
    with pytest.raises(UsageError, match="none of the 2 .* not on Tuesdays"):
        check_size(never)


def test_a_plan_with_too_many_cells_is_refused() -> None:
    check_size(plan(2, 3), 5)
    with pytest.raises(UsageError, match="5 cells are selected .* allows 4"):
        check_size(plan(2, 3), 4)
