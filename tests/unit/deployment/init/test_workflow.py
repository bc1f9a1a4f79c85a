"""The workflow of a user makes the environment that the commands need."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.deployment.detect.candidates import Candidate
from harness.deployment.detect.candidates import from_command
from harness.deployment.detect.python_version import named_python
from harness.deployment.init.starter import deployments
from harness.deployment.init.starter import Published
from harness.deployment.init.starter import StarterEntry
from harness.deployment.init.workflow import CHECKOUT
from harness.deployment.init.workflow import repository_of
from harness.deployment.init.workflow import SETUP_PYTHON
from harness.deployment.init.workflow import workflow_text
from harness.records.report import CellReport
from tests.samples import make
from tests.samples.make import judge

ROOT = Path(__file__).parents[4]
BY = Published("acme/it", "0" * 40, "1.2.3")
COMMAND = from_command(("gunicorn", "app:app"))


def cell(flask: str, server: str, release: str) -> CellReport:
    """A measured cell of a deployment."""
    where = make.environment(flask, server, release, "3.12")
    seen = make.cell(where, "production", 4, make.rounds(4, (4, 4)))
    (judged,) = judge([make.evidence(where, [seen])]).cells
    return judged


def steps(folder: Path, *written: StarterEntry) -> list[dict[str, Any]]:
    """Return the steps of the written workflow."""
    read = yaml.safe_load(workflow_text(folder, written, BY))
    found: list[dict[str, Any]] = read["jobs"]["check"]["steps"]
    return found


def written(
    folder: Path, candidate: Candidate, seen: CellReport | None = None
) -> StarterEntry:
    (made,) = deployments(folder, [candidate])
    return StarterEntry(candidate, made, seen)


def test_requirements_need_no_step(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    _, action = steps(tmp_path, written(tmp_path, COMMAND))
    assert action["uses"] == f"acme/it@{'0' * 40}"
    assert action["with"] == {"config": "concurrency.toml"}
    assert f"@{'0' * 40} # v1.2.3\n" in workflow_text(tmp_path, [], BY)


PROJECT = """\
[project]
name = "shop"
dependencies = ["flask"]
"""
PACKAGE = f'{PROJECT}[build-system]\nrequires = ["hatchling"]\n'


@pytest.mark.parametrize(
    ("project", "runs"),
    [(PACKAGE, ["pip install ."]), (PROJECT, [])],
)
def test_dependencies_of_a_package_are_not_the_package(
    tmp_path: Path, project: str, runs: list[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    entry = written(tmp_path, COMMAND)
    assert entry.deployment.requirements == "pyproject.toml"
    found = steps(tmp_path, entry)
    assert [step["run"] for step in found if "run" in step] == runs


POETRY = """\
[build-system]
requires = ["poetry-core"]
[tool.poetry.dependencies]
flask = "^3.0"
[tool.poetry]
name = "the-shop"
"""


@pytest.mark.parametrize(
    ("more", "module", "runs"),
    [
        ("", "the_shop.py", ["pip install ."]),
        ("", "src/the_shop/__init__.py", ["pip install ."]),
        ("packages = [{include = 'web'}]\n", "web.py", ["pip install ."]),
        # Projects that Poetry refuses to build.
        ("", "web.py", []),
        ("package-mode = false\n", "the_shop.py", []),
    ],
)
def test_a_project_of_poetry_is_installed_if_it_has_its_modules(
    tmp_path: Path, more: str, module: str, runs: list[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(POETRY + more)
    (tmp_path / module).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / module).touch()
    entry = written(tmp_path, COMMAND)
    assert entry.deployment.requirements == "pyproject.toml"
    found = steps(tmp_path, entry)
    assert [step["run"] for step in found if "run" in step] == runs


def on_python(folder: Path, pythons: Collection[str]) -> StarterEntry:
    """Return what is written for a folder whose files name a Python version."""
    (made,) = deployments(folder, [COMMAND], pythons=pythons)
    return StarterEntry(COMMAND, made, None, named_python(folder, None))


def test_the_python_for_the_requirements_is_set_up(
    tmp_path: Path,
) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    (tmp_path / "runtime.txt").write_text("python-3.12.1\n")
    entry = on_python(tmp_path, ["3.11", "3.12"])
    assert entry.deployment.python == "3.12"
    _, python, _ = steps(tmp_path, entry)
    assert python["with"] == {"python-version": "3.12"}


def test_a_command_without_requirements_runs_on_the_python_that_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.10\n")
    entry = on_python(tmp_path, [])
    entry = entry._replace(cell=cell("3.1.3", "gunicorn", "27.0.1"))
    assert entry.deployment.python is None
    _, python, _, _ = steps(tmp_path, entry)
    assert python["with"] == {"python-version": "3.10"}


def test_a_project_is_installed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    _, python, install, _ = steps(tmp_path, written(tmp_path, COMMAND))
    assert python["with"] == {"python-version": "3.x"}
    assert install["run"] == "pip install ."


def test_a_subfolder_of_the_repository_is_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "apps" / "our shop"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("")
    assert repository_of(folder) == tmp_path.resolve()
    *_, install, action = steps(folder, written(folder, COMMAND))
    assert install["run"] == "pip install './apps/our shop'"
    assert action["with"] == {"config": "apps/our shop/concurrency.toml"}


def test_without_requirements_the_measured_releases_are_installed(
    tmp_path: Path,
) -> None:
    seen = cell("3.1.3", "gunicorn", "27.0.1")
    _, python, install, _ = steps(tmp_path, written(tmp_path, COMMAND, seen))
    assert python["with"] == {"python-version": "3.12"}
    assert install["run"] == "pip install flask==3.1.3 gunicorn==27.0.1"
    assert "Add what else it imports" in workflow_text(
        tmp_path, [written(tmp_path, COMMAND, seen)], BY
    )


@pytest.mark.parametrize(
    ("words", "packages"),
    [
        ("gunicorn app:app -k gevent", "flask gunicorn gevent"),
        ("waitress-serve app:app", "flask waitress"),
        ("flask --app app run", "flask"),
        ("python app.py", "flask"),
    ],
)
def test_packages_that_were_not_measured_are_installed_unpinned(
    tmp_path: Path, words: str, packages: str
) -> None:
    *_, install, _ = steps(tmp_path, written(tmp_path, from_command(words.split())))
    assert install["run"] == f"pip install {packages}"


def test_a_local_build_is_not_installed_from_an_index(tmp_path: Path) -> None:
    seen = cell("3.2.0+git.0123456", "werkzeug", "3.1.9")
    candidate = from_command(("flask", "--app", "app", "run"))
    *_, install, _ = steps(tmp_path, written(tmp_path, candidate, seen))
    assert install["run"] == "pip install flask"


def test_an_unknown_release_is_not_pinned(tmp_path: Path) -> None:
    seen = cell("3.1.3", "shopd", "")
    *_, install, _ = steps(tmp_path, written(tmp_path, COMMAND, seen))
    assert install["run"] == "pip install flask==3.1.3 shopd"


def test_actions_are_pinned_as_in_our_workflows() -> None:
    own = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    for pin in (CHECKOUT, SETUP_PYTHON):
        assert f"uses: {pin}\n" in own
