"""The pytest plugin, built and installed, measures a deployment in a user's tests."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "plugins" / "pytest-flask-concurrency"
SECONDS = 300.0

TESTS = """\
import pytest

def test_a_true_assertion_passes(deployment):
    assert deployment("production").holds(2)
    assert deployment("production") is deployment("production")

def test_an_assertion_of_more_fails(deployment):
    assert deployment("production").holds(8)

def test_a_command(deployment):
    measured = deployment(command="gunicorn app:app --threads 3")
    assert (measured.declared, measured.always, measured.most) == (3, 3, 3)

def test_no_such_deployment(deployment):
    deployment("staging")

def test_another():
    pass
"""

CONFIG = """\
[[deployment]]
name = "production"
command = "gunicorn app:app --workers 2 --threads 2"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the built plugin is installed into."""
    folder = tmp_path_factory.mktemp("plugin")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    uv = shutil.which("uv", path=path)
    assert uv, "uv comes with nox[uv]"
    command = [uv, "build", "--quiet", "--wheel", "-o", str(folder), str(PLUGIN)]
    subprocess.run(command, check=True, timeout=SECONDS)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project."""
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "test_app.py").write_text(TESTS)
    (tmp_path / "concurrency.toml").write_text(CONFIG)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    return tmp_path


def run(project: Path, installed: Path, *words: str) -> str:
    path = os.pathsep.join((str(installed), str(ROOT)))
    scripts = str(Path(sys.executable).parent)
    env = {
        **os.environ,
        "PYTHONPATH": path,
        "PATH": os.pathsep.join((scripts, os.environ["PATH"])),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    done = subprocess.run(
        command,
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.stdout + done.stderr


def test_a_failing_test_shows_the_reason_of_the_report(
    project: Path, installed: Path
) -> None:
    out = run(project, installed)
    assert "2 failed, 3 passed" in out
    assert "production holds 2, not 8: uneven: declares 4" in out
    # pytest shortens its own line.
    _, whole = out.split("- Concurrency -", 1)
    assert "production holds 2, not 8: uneven: declares 4" in whole
    assert "add `--worker-connections 2`" in whole and "(FC001 uneven)" in whole
    assert "has no deployment of that name" in out


def test_the_tests_of_the_plugin_can_be_deselected(
    project: Path, installed: Path
) -> None:
    out = run(project, installed, "-m", "not concurrency")
    assert "1 passed, 4 deselected" in out


def test_the_harness_is_not_imported() -> None:
    source = PLUGIN / "pytest_flask_concurrency" / "__init__.py"
    assert "harness" not in source.read_text()
