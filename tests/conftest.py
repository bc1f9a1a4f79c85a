"""Options for all tests, and how tests are distributed to parallel workers."""

import gc
import os
import sys
from collections.abc import Generator
from collections.abc import Sequence
from typing import Any

import pytest

LIVE = "tests/live/"
ATLAS = "tests/atlas/"
"""Tests that share sites, which take seconds to build: one worker runs them all."""

ONE_WORKER = (
    LIVE + "track/test_tracking.py",
    LIVE + "measure/test_servers.py",
    LIVE + "cli/test_installed.py",
    LIVE + "cli/test_readme.py",
    LIVE + "plugins/test_pytest_plugin.py",
)
"""Live tests that share measurements within a file: one worker runs each file."""

BUSY = ("busy_machine", "overloaded")
"""Words in names of tests that keep every processor busy: these run one by one."""

WAITING = (
    LIVE + "probe/test_stopped.py",
    LIVE + "deployment/app/test_hold_places.py",
    LIVE + "measure/test_axes.py",
)
"""Live tests that take about a minute each, and mostly wait."""

LONGEST = (
    LIVE + "track/test_tracking.py",
    "tests/action/test_action.py",
    "tests/action/test_deployment.py",
    *WAITING,
    "tests/action/",
    *ONE_WORKER,
    ATLAS,
    "busy",
    LIVE,
)
"""Prefixes of the groups that take longest, in the order in which they start.

Tests that compute alternate with tests that wait, so that they overlap.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-samples",
        action="store_true",
        help="write the reports in tests/samples instead of comparing with them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Write bytecode for imported modules, even if Python is told not to.

    Otherwise every worker compiles the same modules in every run, which takes longer
    than many tests. The bytecode goes to pytest's own cache. Programs started by tests
    are not affected.
    """
    if sys.dont_write_bytecode and config.pluginmanager.hasplugin("cacheprovider"):
        sys.pycache_prefix = str(config.cache.mkdir("bytecode"))
        sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Switch off garbage collection during collection, which frees nothing."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


SAMPLE = 4
"""Unless tests are named, one in so many rows of a shape table is tested."""


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect most rows of shape tables, and start the longest tests first."""
    if not names_tests(config):
        deselected = set(outside_the_sample(items))
        config.hook.pytest_deselected(items=list(deselected))
        items[:] = [item for item in items if item not in deselected]

    def place(item: pytest.Item) -> int:
        begins = scope(item.nodeid)
        starts = (n for n, each in enumerate(LONGEST) if begins.startswith(each))
        return next(starts, len(LONGEST))

    items.sort(key=place)


def names_tests(config: pytest.Config) -> bool:
    """Return whether the command line names files, tests or marks, not just folders."""
    named = config.option.keyword or config.option.markexpr
    return bool(named) or any(".py" in str(each) for each in config.args)


def outside_the_sample(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return all rows of shape tables but the first, the fifth and so on."""
    rows: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("shapes"):
            rows.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [
        item
        for table in rows.values()
        for number, item in enumerate(table)
        if number % SAMPLE
    ]


def scope(nodeid: str) -> str:
    """Return the group of a test: groups are handed to workers as a whole.

    It is a live test by itself, or the file of any other test.
    """
    file, _, name = nodeid.partition("::")
    if any(words in name for words in BUSY):
        return "busy"
    if file.startswith(ATLAS):
        return ATLAS
    return nodeid if file.startswith(LIVE) and file not in ONE_WORKER else file


def pytest_collection_finish() -> None:
    """Exclude everything imported so far from garbage collection."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use one worker for each processor, and four more if live tests run.

    Live tests mostly wait: the 24 in ``test_stopped.py`` compute for 47 s and wait for
    minutes. They must give the right result on a busy machine anyway.
    """
    processors = os.cpu_count() or 1
    return processors if only_unit(config) else processors + 4


def only_unit(config: pytest.Config) -> bool:
    """Return whether only unit tests are selected, which are many and short."""
    return all("tests/unit" in str(each) for each in config.args)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute live tests one by one, and other tests by file.

    What a file caches for its tests, such as reports of samples and parsed modules, is
    then made by one worker only.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    config.option.loadscopereorder = False  # pytest_collection_modifyitems sorted them
    scheduling = LoadScopeScheduling(config, log)
    # The only method in which the schedulers differ. (--dist loadgroup does not work
    # with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386)
    scheduling._split_scope = scope
    return scheduling
