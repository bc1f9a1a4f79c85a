"""Rules for the action and the workflows that reading the files can check."""

import re
from pathlib import Path
from typing import Any

import pytest

from harness.github import inputs
from harness.records.choices import FailOn
from tests.action.runner import STAND_INS
from tests.action.shell import files
from tests.action.shell import parse
from tests.action.shell import steps

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = parse(ROOT / "action.yml")
PINNED = re.compile(r"(?:actions|pypa)/([\w-]+)@[0-9a-f]{40}")
LEAST: list[dict[str, str]] = [{"contents": "read"}, {}]
MAY = {
    ("track.yml", "publish"): [{"contents": "write", "issues": "write"}],
    ("release.yml", "index"): [{"id-token": "write"}],
    ("release.yml", "github"): [
        {"attestations": "write", "contents": "write", "id-token": "write"}
    ],
    ("site.yml", "publish"): [
        {"attestations": "write", "id-token": "write", "pages": "write"}
    ],
}
"""Additional permissions that a job may have."""
WITHOUT_OPTION = {
    *("FAIL_ON", "RESULTS", "SUMMARY", "WORKING_DIRECTORY"),
    *("ARTIFACT_NAME", "TOKEN"),
}


def name_of(path: Path) -> str:
    """Return an id for a parametrized test."""
    return str(path.relative_to(ROOT))


def workflow(name: str) -> dict[Any, Any]:
    """Parse one workflow."""
    return parse(ROOT / ".github" / "workflows" / name)


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_other_actions_are_pinned_and_have_the_given_inputs(path: Path) -> None:
    for step in steps(path):
        uses = step.get("uses", "./")
        if uses.startswith("./"):
            continue
        match = PINNED.fullmatch(uses)
        assert match, f"{uses} is not pinned by a full hash"
        stand_in = parse(STAND_INS / match[1] / "action.yml")
        assert set(step.get("with", ())) <= set(stand_in["inputs"]), uses


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_a_pin_has_a_comment_with_its_version(path: Path) -> None:
    for line in path.read_text().splitlines():
        if re.search(r"uses: \w+/", line) and "/.github/" not in line:
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_each_action_has_one_pin() -> None:
    text = "\n".join(path.read_text() for path in files())
    pins = set(re.findall(r"uses: (\w+/\S+) # (v\S+)", text))
    assert len({pin.partition("@")[0] for pin, _ in pins}) == len(pins)


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_no_expression_is_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_jobs_have_minimal_permissions_and_a_timeout(path: Path) -> None:
    read = workflow(path.name)
    assert read["permissions"] == {}
    for name, job in read["jobs"].items():
        assert job["permissions"] in MAY.get((path.name, name), LEAST), name
        assert "timeout-minutes" in job or "uses" in job, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_a_checkout_keeps_no_credentials(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_workflow_runs_its_own_code() -> None:
    for step in steps(ROOT / ".github" / "workflows" / "matrix.yml"):
        if not step.get("uses", "").startswith("actions/checkout@"):
            continue
        if step["with"]["path"] == "caller":
            assert "repository" not in step["with"] and "ref" not in step["with"]
        else:
            assert step["with"]["repository"] == "${{ job.workflow_repository }}"
            assert step["with"]["ref"] == "${{ job.workflow_sha }}"


@pytest.mark.parametrize("name", ["action.yml", ".github/workflows/matrix.yml"])
def test_every_input_is_used(name: str) -> None:
    text = (ROOT / name).read_text()
    read = parse(ROOT / name)
    declared = read[True]["workflow_call"]["inputs"] if True in read else read["inputs"]
    assert set(declared) == set(re.findall(r"inputs\.([\w-]+)", text))
    assert all(each["description"] for each in declared.values())


@pytest.mark.parametrize("name", ["action.yml", ".github/workflows/matrix.yml"])
def test_every_variable_is_used_by_the_harness(name: str) -> None:
    known = {option for stage in inputs.OPTIONS.values() for option in stage}
    known |= set(inputs.DEPLOYMENT)
    used = set(re.findall(r"\bWITH_(\w+):", (ROOT / name).read_text()))
    assert used <= known | WITHOUT_OPTION


def test_jobs_that_run_foreign_releases_have_no_token() -> None:
    """And a job with a token that may write runs none: see the top of ``track.yml``."""
    jobs = workflow("track.yml")["jobs"]
    (measuring,) = (s for s in jobs["measure"]["steps"] if s.get("id") == "track")
    assert not any("token" in str(value) for value in measuring["env"].values())
    stages = [step.get("run", "") for step in jobs["publish"]["steps"]]
    assert [stage for stage in stages if stage.startswith(".github/stage")] == [
        ".github/stage publish"
    ]


def test_every_input_of_the_tracking_workflow_is_used_and_known() -> None:
    text = (ROOT / ".github" / "workflows" / "track.yml").read_text()
    declared = workflow("track.yml")[True]["workflow_dispatch"]["inputs"]
    assert set(declared) == set(re.findall(r"inputs\.([\w-]+)", text))
    used = set(re.findall(r"\bWITH_(\w+):", text))
    known = {"CONFIGURATIONS", "BRANCH", "TOKEN", "MEASURED", "CODE"}
    assert used <= known | set(inputs.TRACK)
    for name in ("configurations", "of", "branch"):
        # A schedule has no inputs, so the workflow repeats the defaults.
        assert f"inputs.{name} || '{declared[name]['default']}'" in text


def test_inputs_with_the_same_name_are_the_same_in_action_and_workflow() -> None:
    called = workflow("matrix.yml")[True]["workflow_call"]["inputs"]
    for name in set(called) & set(ACTION["inputs"]):
        own, other = ACTION["inputs"][name]["default"], called[name]["default"]
        assert own == (str(other).lower() if isinstance(other, bool) else str(other))


def test_every_gate_is_documented() -> None:
    described = ACTION["inputs"]["fail-on"]["description"]
    assert [word for word in FailOn if f"`{word}`" in described] == list(FailOn)


def test_jobs_that_publish_run_no_code_of_this_project() -> None:
    jobs = workflow("release.yml")["jobs"]
    for name in ("index", "github"):
        used = [step.get("uses", "") for step in jobs[name]["steps"]]
        assert not [each for each in used if "checkout" in each or each == "./"]
        ran = " ".join(step.get("run", "") for step in jobs[name]["steps"])
        assert not re.search(r"\b(?:python|nox|pip)\b", ran)
    assert "index" in jobs["github"]["needs"] and jobs["index"]["needs"] == "build"
