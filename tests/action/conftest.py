"""Fixtures for all tests of the action: a copy of this project, Pythons and runners."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.once import made_once

from .runner import cannot_run
from .runner import compile_all
from .runner import copy_of
from .runner import export
from .runner import install_harness
from .runner import new_python
from .runner import ROOT
from .runner import Runner
from .runner import with_installed

CATALOG = Path(__file__).parent / "catalog"
PLACES = {"ODD": ROOT / "tests" / "live" / "odd_server.py", "HERE": CATALOG.parent}

NewRunner = Callable[[str], Runner]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests, with the reason, where act does not run."""
    reason = cannot_run()
    for item in items:
        if reason and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with pip, like one from actions/setup-python; tests copy it."""
    folder = made_once(tmp_path_factory, "python", new_python)
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Path:
    """The files that GitHub would fetch if this working tree were committed.

    The data of the atlas and the tests are left out: nobody who uses the action reads
    them, and act copies everything for each step. The modules are compiled once here,
    since each copy would be compiled otherwise.
    """

    def make(folder: Path) -> None:
        export(folder, "data", "tests")
        compile_all(python, folder / "harness")

    return made_once(tmp_path_factory, "ours ü", make)


@pytest.fixture(scope="session")
def installed(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, python: Path
) -> Path:
    """The environment that the action makes for itself, made once.

    ``test_walk.py`` and one test of ``test_action.py`` let the action make a new one.
    """

    def make(folder: Path) -> None:
        install_harness(folder, ours, python)

    return made_once(tmp_path_factory, "installed", make) / "python"


@pytest.fixture(scope="module")
def new_runner(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, python: Path, installed: Path
) -> NewRunner:
    """Return a function that makes a runner with a user's repository on it."""

    def new(name: str) -> Runner:
        folder = tmp_path_factory.mktemp(name)
        own = with_installed(installed, copy_of(python, folder / "python"))
        runner = Runner(folder, ours, own)
        copy_catalog(runner.repository / "our sërvers")
        return runner

    return new


def copy_catalog(to: Path) -> None:
    """Copy Flask's own server and some faulty servers into a new catalog."""
    shipped = ROOT / "harness" / "catalog"
    shutil.copytree(shipped / "constraints", to / "constraints")
    shutil.copytree(shipped / "proxies", to / "proxies")
    shutil.copytree(CATALOG / "servers", to / "servers")
    shutil.copy2(shipped / "servers" / "werkzeug.toml", to / "servers")
    text = (CATALOG / "servers" / "odd.toml").read_text()
    for name, path in PLACES.items():
        text = text.replace(f"@{name}@", str(path))
    (to / "servers" / "odd.toml").write_text(text)
    matrix = (shipped / "matrix.toml").read_text()
    start, end = matrix.index("\nflask = "), matrix.index("\n[[series]]")
    (to / "matrix.toml").write_text(
        'flask = ["3.1.3"]\n'
        'default = ["flask-*/werkzeug-*/run-without-threads/*"]\n' + matrix[end:]
    )
    assert start < end
