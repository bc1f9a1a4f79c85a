"""Unit tests open no socket and start no process.

Where they run alone and side by side (``pytest -n 2 tests/unit``), each worker collects
and runs a share of the files. By itself pytest-xdist has every worker collect all of
them, and hears of each test six times, which takes a third of the time of tests as
short as these.
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
    """Sockets and processes are for the live tests: here their use fails a test."""

    def forbidden(what: str) -> object:
        def fail(*_args: object, **_keywords: object) -> NoReturn:
            pytest.fail(
                f"a unit test may not {what}: move it to tests/live", pytrace=True
            )

        return fail

    with pytest.MonkeyPatch.context() as patch:
        # The methods and not the classes: libraries derive classes of their own.
        patch.setattr(socket.socket, "__init__", forbidden("open a socket"))
        patch.setattr(subprocess.Popen, "__init__", forbidden("start a process"))
        yield


@functools.cache  # asked for each file and each test
def in_shares(config: pytest.Config) -> bool:
    """Whether each worker has a share of its own: where folders of unit tests are run.

    A file that is named on the command line is collected by every worker.
    """
    paths = [config.invocation_params.dir / each for each in config.args]
    return all(path.is_dir() and path.is_relative_to(UNIT) for path in paths)


def pytest_configure(config: pytest.Config) -> None:
    """A worker that crashed is not replaced, as another one has another share."""
    if in_shares(config):
        config.option.maxworkerrestart = "0"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the files in the shares of other workers."""
    worker = getattr(config, "workerinput", None)
    if worker is None or collection_path.suffix != ".py" or not in_shares(config):
        return None
    share = shares(worker["workercount"]).get(collection_path)
    return True if share is not None and worker["workerid"] != f"gw{share}" else None


@functools.cache
def shares(workers: int) -> dict[Path, int]:
    """The worker of each test file: the longest first, to whoever has least so far."""
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
    """Have each worker run all that it collected."""
    if not in_shares(config):
        return None
    from xdist.scheduler import EachScheduling  # type: ignore[import-untyped]

    class Shares(EachScheduling):  # type: ignore[misc]
        def schedule(self) -> None:
            # Otherwise what is done is shown as a share of one worker's tests.
            session: Any = config.pluginmanager.get_plugin("session")
            session.testscollected = sum(map(len, self.node2collection.values()))
            super().schedule()

    return Shares(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage rarely: tests as short as these leave little."""
    if in_shares(session.config):
        gc.set_threshold(50_000)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Report a test that passes once, and not its setup and teardown as well."""
    if not hasattr(item.config, "workerinput") or not in_shares(item.config):
        return None
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
