"""Unit tests open no socket and start no process.

If only unit tests run in parallel (``pytest -n 2 tests/unit``), each worker collects
and runs its own share of the files. By default, pytest-xdist lets every worker collect
all tests and reports each test six times, which takes a third of the time of such short
tests.
"""

import functools
import gc
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NoReturn

import pytest
import urllib3.util.connection  # noqa: F401  # opens a socket when it is imported
from _pytest.runner import runtestprotocol

UNIT = Path(__file__).parent

TIMES_AS_LONG = {
    "cli/test_schema.py": 20,
    "cli/test_site.py": 9,
    "deployment/test_odd_values.py": 18,
    "docs/test_commands.py": 6,
    "docs/test_quiet.py": 6,
    "plan/test_catalog.py": 3,
    "records/test_odd_files.py": 6,
    "report/test_escape.py": 3,
    "report/test_html.py": 6,
    "report/test_markdown.py": 9,
    "report/test_terminal.py": 15,
    "site/test_explain.py": 5,
    "site/test_questions.py": 12,
    "site/test_run_page.py": 11,
    "test_house.py": 8,
    "track/test_history.py": 3,
}
"""How much longer the tests of a file take than those of others of its size."""


@pytest.fixture(autouse=True, scope="module")
def nothing_outside() -> Iterator[None]:
    """Fail a unit test that uses a socket or starts a process."""

    def forbidden(what: str) -> object:
        def fail(*_args: object, **_keywords: object) -> NoReturn:
            pytest.fail(
                f"a unit test may not {what}: move it to tests/live", pytrace=True
            )

        return fail

    with pytest.MonkeyPatch.context() as patch:
        # Methods, not classes, since libraries derive their own classes.
        patch.setattr(socket.socket, "__init__", forbidden("open a socket"))
        patch.setattr(subprocess.Popen, "__init__", forbidden("start a process"))
        yield


@functools.cache  # called for each file and each test
def in_shares(config: pytest.Config) -> bool:
    """Return whether each worker runs its own share: if folders of unit tests are run.

    A file that is named on the command line is collected by every worker.
    """
    paths = [config.invocation_params.dir / each for each in config.args]
    return all(path.is_dir() and path.is_relative_to(UNIT) for path in paths)


def pytest_configure(config: pytest.Config) -> None:
    """Do not replace a crashed worker, since other workers have other shares."""
    if in_shares(config):
        config.option.maxworkerrestart = "0"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the files in the shares of other workers."""
    worker = getattr(config, "workerinput", None)
    if worker is None or collection_path.suffix != ".py" or not in_shares(config):
        return None
    share = shares(worker["workercount"]).get(collection_path)
    return True if share is not None and worker["workerid"] != f"gw{share}" else None


@functools.cache
def shares(workers: int) -> dict[Path, int]:
    """Return the worker of each test file.

    The longest files come first, each for the worker with the least work so far.
    """
    sizes = {
        path: path.stat().st_size * TIMES_AS_LONG.get(str(path.relative_to(UNIT)), 1)
        for path in UNIT.rglob("test_*.py")
    }
    share, filled = {}, [0] * workers
    for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
        least = filled.index(min(filled))
        share[path] = least
        filled[least] += sizes[path]
    return share


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let each worker run everything that it collected."""
    if not in_shares(config):
        return None
    from xdist.scheduler import EachScheduling  # type: ignore[import-untyped]

    class Shares(EachScheduling):  # type: ignore[misc]
        def schedule(self) -> None:
            # Otherwise progress is shown as a share of one worker's tests.
            session: Any = config.pluginmanager.get_plugin("session")
            session.testscollected = sum(map(len, self.node2collection.values()))
            super().schedule()

    return Shares(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage rarely: such short tests leave little."""
    if in_shares(session.config):
        gc.set_threshold(50_000)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Report a passed test once, without its setup and teardown."""
    if not hasattr(item.config, "workerinput") or not in_shares(item.config):
        return None
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
