"""Statements that are repeated in several files of the project agree."""

import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import yaml

import harness
from harness import cli
from harness.cli.streams import PROGRAM
from harness.deployment.repository.files import reader_of
from hatch_build import absolute
from tests.conftest import ONE_WORKER

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def script_metadata() -> dict[str, object]:
    """Parse the PEP 723 block of the noxfile."""
    text = (ROOT / "noxfile.py").read_text()
    block = re.search(r"(?m)^# /// script\n((?:#.*\n)*?)# ///$", text)
    assert block
    lines = [line[2:] for line in block[1].splitlines()]
    return tomllib.loads("\n".join(lines))


def test_noxfile_and_project_need_the_same() -> None:
    script = script_metadata()
    assert script["dependencies"] == PYPROJECT["project"]["dependencies"]
    assert script["requires-python"] == PYPROJECT["project"]["requires-python"]


def test_the_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"## {harness.__version__}" in changelog


def test_no_test_module_imports_another() -> None:
    """Shared code belongs in ``tests/builders``, or in a module that has no tests."""
    imported = re.compile(r"^(?:from|import) \S*\btest_\w+", re.MULTILINE)
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in (ROOT / "tests").rglob("*.py")
        if (match := imported.search(path.read_text()))
    }
    assert not found


def test_live_tests_that_share_a_fixture_are_run_by_one_worker() -> None:
    """Otherwise each worker would measure for itself."""
    for path in (ROOT / "tests" / "live").rglob("test_*.py"):
        if re.search(r'fixture\(scope="(module|session)"\)', path.read_text()):
            assert path.relative_to(ROOT).as_posix() in ONE_WORKER


def test_tests_bound_to_one_worker_exist() -> None:
    assert all((ROOT / path).is_file() for path in ONE_WORKER)


def test_the_pre_commit_hook_is_a_valid_command_line(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *words = shlex.split(hook["entry"])
    assert program == PROGRAM
    assert cli.run([*words, str(tmp_path)]) == 0
    named = re.compile(hook["files"])
    for name in ("Procfile", "docker/Dockerfile.dev", "gunicorn.conf.py", "a.service"):
        assert named.search(name) and reader_of(Path(name))
    assert not named.search("app.py")


def test_the_source_distribution_has_every_file_that_tests_and_sessions_read() -> None:
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    included += ["/pyproject.toml"]  # always in it
    sources = [ROOT / "noxfile.py"]
    for folder in ("tests", "docs/make"):
        sources += (ROOT / folder).rglob("*.py")
    text = "\n".join(path.read_text() for path in sources)
    named = set(re.findall(r'(?:\bROOT|parents\[\d\]) / "([\w.-]+)"', text))
    ours = {name for name in named if (ROOT / name).exists()} - {".nox", "site", "dist"}
    assert {"data", "docs", "tests"} <= ours
    assert not {
        name for name in ours if not any(fnmatch(f"/{name}", each) for each in included)
    }


def test_links_of_the_readme_on_the_index_lead_to_the_repository() -> None:
    text = (ROOT / "README.md").read_text()
    source = PYPROJECT["project"]["urls"]["Source"]
    shown = absolute(text, source, "v9")
    assert f"]({source}/blob/v9/docs/walk.md)" in shown
    assert f'src="{source}/raw/v9/docs/matrix-light.svg"' in shown
    assert f'srcset="{source}/raw/v9/docs/matrix-dark.svg"' in shown
    assert "](#install)" in shown
    assert not re.search(r'(?:\]\(|src="|srcset=")(?!https?:|#)', shown)
