"""The workflow that publishes the atlas, run by act.

It really measures, asks this machine's package index, and builds the site. GitHub
Pages, artifacts, the attestation and the runner's package manager are stand-ins. act
has no permissions.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.records.results import read_evidence
from tests.builders.programs import write_program

from .before import BEFORE
from .before import begin_history
from .before import git
from .before import PYTHON
from .conftest import NewRunner
from .runner import export
from .runner import ROOT
from .runner import Runner
from .runner import WorkflowRun

WORKFLOW = ".github/workflows/site.yml"
WHERE = "https://example.org/atlas/"
"""The answer of the stand-in for configure-pages."""
MEASURED = f"flask-3.1.3/werkzeug-*/run-without-threads/py{PYTHON}"
JOBS = dict.fromkeys(("measure", "build", "publish"), "success")

SUDO = """\
#!/bin/sh
# Stands in for sudo: records its arguments, and changes nothing on this machine.
echo "$*" >> "$NOTES/sudo"
"""


class Published:
    """A repository of this project, and the site that its workflow built."""

    def __init__(self, runner: Runner, origin: Path) -> None:
        self.runner = runner
        export(runner.repository)
        git(runner.repository, "remote", "add", "origin", str(origin))
        runner.commit()
        tools = runner.home / "tools"
        write_program(tools / "sudo", SUDO)
        self.environment = {
            "PATH": f"{tools}:{runner.environment()['PATH']}",
            "STAND_IN_ORIGIN": str(origin),
        }

    def run(self, **inputs: str) -> WorkflowRun:
        """Run the workflow on demand, with nothing left of an earlier run.

        A runner of GitHub's is new each time as well. Environments are kept to save
        time.
        """
        for name in ("history", "results", "site"):
            shutil.rmtree(self.runner.repository / name, ignore_errors=True)
        options = [f"--input={key}={value}" for key, value in inputs.items()]
        path = self.runner.repository / WORKFLOW
        event = "workflow_dispatch"
        return self.runner.run_file(path, event, *options, **self.environment)

    def file(self, path: str, artifact: str = "github-pages") -> bytes:
        """Read a file of the deployed site, or of another artifact."""
        return (self.runner.artifacts / artifact / path).read_bytes()

    def data(self, path: str) -> Any:
        """Read a JSON file of the deployed site."""
        return json.loads(self.file(path))


@pytest.fixture(scope="module")
def published(
    new_runner: NewRunner, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    """A repository with a history on its branch."""
    origin = tmp_path_factory.mktemp("origin")
    git(origin, "init", "--quiet", "--bare", ".")
    begin_history(origin, tmp_path_factory.mktemp("before"))
    return Published(new_runner("site"), origin)


@pytest.fixture(scope="module")
def run(published: Published) -> WorkflowRun:
    """The run that measures one configuration and builds the site."""
    return published.run(selection=f"--only {MEASURED}")


def test_all_jobs_succeed(published: Published, run: WorkflowRun) -> None:
    assert run.results() == JOBS, run.printed("measure") + run.printed("build")
    assert "nginx-light" in (published.runner.notes / "sudo").read_text()
    assert not published.runner.left_over()


def test_new_measurements_replace_the_shipped_data(
    published: Published, run: WorkflowRun
) -> None:
    shipped = max(
        json.loads(path.read_text())["measured_at"]
        for folder in ("results/evidence", "history")
        for path in (ROOT / "data" / folder).rglob("*.json")
    )
    cells = published.data("data.json")["cells"].values()
    newer = [cell["id"] for cell in cells if cell["measured_at"] > shipped]
    assert newer and all("/run-without-threads/" in each for each in newer)
    assert len(cells) > 1000, "the rest is what is shipped"


def test_the_site_includes_the_branch_with_the_history(
    published: Published, run: WorkflowRun
) -> None:
    cells = published.data("data.json")["cells"]
    before = [
        cell
        for name, cell in cells.items()
        if name.startswith(f"flask-{BEFORE}/") and "/run-without-threads/" in name
    ]
    assert [cell["ceiling"] for cell in before] == [2], "as the history has it"


def test_the_site_states_its_age_and_its_address(
    published: Published, run: WorkflowRun
) -> None:
    shipped = json.loads((ROOT / "data" / "released.json").read_text())
    assert published.data("api/v1/unmeasured.json")["asked_at"] > shipped["asked_at"]
    assert WHERE.encode() in published.file("sitemap.xml")
    assert f'href="{WHERE}index.html"'.encode() in published.file("index.html")


def test_the_deployed_data_is_what_was_attested(
    published: Published, run: WorkflowRun
) -> None:
    attested = published.file("data.json", "site-data")
    assert attested == published.file("data.json")


def test_the_shipped_data_is_published_if_nothing_was_measured(
    published: Published, run: WorkflowRun
) -> None:
    published.runner.artifacts.joinpath("site-results").rename(
        published.runner.artifacts.with_name("results before")
    )
    # Remove most of it: pages of everything take most of the time of a run.
    shipped = published.runner.repository / "data"
    for path in shipped.rglob("results/evidence/flask-[012].*.json"):
        path.unlink()
    evidence, _ = read_evidence(shipped / "results")
    ids = {cell.id for each in evidence for cell in each.cells}
    again = published.run(selection="--only no/such/cell/*", branch="none")
    assert again.results() == JOBS, again.printed("build")
    cells = published.data("data.json")["cells"]
    assert ids and ids <= set(cells)
    before = [name for name in cells if name.startswith(f"flask-{BEFORE}/")]
    assert not any("/run-without-threads/" in name for name in before)
