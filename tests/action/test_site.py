"""The workflow that publishes the atlas, run by act: it measures for real, asks the
package index of this machine, builds the site, and hands it on.

GitHub Pages, artifacts and the attestation are stand-ins, and so is the package manager
of the runner. Permissions act has none.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.records.results import read_evidence

from .before import BEFORE
from .before import begin_history
from .before import git
from .before import PYTHON
from .conftest import NewRunner
from .runner import export
from .runner import Ran
from .runner import ROOT
from .runner import Runner

WORKFLOW = ".github/workflows/site.yml"
WHERE = "https://example.org/atlas/"
"""What the stand-in for configure-pages answers."""
MEASURED = f"flask-3.1.3/werkzeug-*/run-without-threads/py{PYTHON}"
JOBS = dict.fromkeys(("measure", "build", "publish"), "success")

SUDO = """\
#!/bin/sh
# Stands in for sudo: notes what it is told, and changes nothing of this machine.
echo "$*" >> "$NOTES/sudo"
"""


class Published:
    """A repository of this project, and the site that its workflow made."""

    def __init__(self, runner: Runner, origin: Path) -> None:
        self.runner = runner
        export(runner.repository)
        git(runner.repository, "remote", "add", "origin", str(origin))
        runner.commit()
        tools = runner.home / "tools"
        tools.mkdir()
        (tools / "sudo").write_text(SUDO)
        (tools / "sudo").chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:{runner.environment()['PATH']}",
            "STAND_IN_ORIGIN": str(origin),
        }

    def run(self, **inputs: str) -> Ran:
        """The workflow on demand, on a machine where nothing of an earlier run is left,
        as it is on GitHub's; its environments may stay.
        """
        for name in ("history", "results", "site"):
            shutil.rmtree(self.runner.repository / name, ignore_errors=True)
        options = [f"--input={key}={value}" for key, value in inputs.items()]
        path = self.runner.repository / WORKFLOW
        event = "workflow_dispatch"
        return self.runner.run_file(path, event, *options, **self.environment)

    def file(self, path: str, artifact: str = "github-pages") -> bytes:
        """A file of the site that would be deployed, or of another artifact."""
        return (self.runner.artifacts / artifact / path).read_bytes()

    def data(self, path: str) -> Any:
        """A file of data."""
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
def ran(published: Published) -> Ran:
    """One configuration is measured, and the site is built."""
    return published.run(selection=f"--only {MEASURED}")


def test_all_jobs_pass(published: Published, ran: Ran) -> None:
    assert ran.results() == JOBS, ran.said("measure") + ran.said("build")
    assert "nginx-light" in (published.runner.notes / "sudo").read_text()
    assert not published.runner.left_over()


def test_new_measurements_replace_the_shipped_data(
    published: Published, ran: Ran
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


def test_the_branch_of_the_history_is_part_of_it(
    published: Published, ran: Ran
) -> None:
    cells = published.data("data.json")["cells"]
    before = [
        cell
        for name, cell in cells.items()
        if name.startswith(f"flask-{BEFORE}/") and "/run-without-threads/" in name
    ]
    assert [cell["ceiling"] for cell in before] == [2], "as the history has it"


def test_it_says_how_old_it_is_and_where_it_is(published: Published, ran: Ran) -> None:
    shipped = json.loads((ROOT / "data" / "released.json").read_text())
    assert published.data("api/v1/unmeasured.json")["asked_at"] > shipped["asked_at"]
    assert WHERE.encode() in published.file("sitemap.xml")
    assert f'href="{WHERE}index.html"'.encode() in published.file("index.html")


def test_the_attested_data_is_the_deployed_data(published: Published, ran: Ran) -> None:
    attested = published.file("data.json", "site-data")
    assert attested == published.file("data.json")


def test_where_nothing_could_be_measured_the_shipped_data_is_published(
    published: Published, ran: Ran
) -> None:
    published.runner.artifacts.joinpath("site-results").rename(
        published.runner.artifacts.with_name("results before")
    )
    # All of it was built before, which takes most of the time of a run.
    shipped = published.runner.repository / "data"
    for path in shipped.rglob("results/evidence/flask-[012].*.json"):
        path.unlink()
    evidence, _ = read_evidence(shipped / "results")
    ids = {cell.id for each in evidence for cell in each.cells}
    again = published.run(selection="--only no/such/cell/*", branch="none")
    assert again.results() == JOBS, again.said("build")
    cells = published.data("data.json")["cells"]
    assert ids and ids <= set(cells)
    before = [name for name in cells if name.startswith(f"flask-{BEFORE}/")]
    assert not any("/run-without-threads/" in name for name in before)
