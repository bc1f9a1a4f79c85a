"""Options of all tests, and how they are spread over workers that run side by side."""

import gc
import os
import sys
from collections.abc import Generator
from collections.abc import Sequence
from typing import Any

import pytest

LIVE = "tests/live/"
ATLAS = "tests/atlas/"
"""Tests of sites that take seconds to build: one worker builds them for all."""

ONE_WORKER = (
    LIVE + "track/test_tracking.py",
    LIVE + "measure/test_servers.py",
    LIVE + "cli/test_installed.py",
    LIVE + "cli/test_readme.py",
    LIVE + "plugins/test_pytest_plugin.py",
)
"""Live tests that share what was measured. Others are handed out one by one."""

BUSY = ("busy_machine", "overloaded")
"""In the names of tests that keep every processor busy: these run one at a time."""

WAITING = (
    LIVE + "probe/test_stopped.py",
    LIVE + "deployment/app/test_hold_places.py",
    LIVE + "measure/test_axes.py",
)
"""Live tests of which one alone takes about a minute, and mostly waits."""

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
"""The beginnings of what takes longest, which is begun first.

What keeps processors busy and what waits are mixed: the one goes on beside the other.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-samples",
        action="store_true",
        help="write the reports in tests/samples instead of comparing with them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Compile what is imported once, also where Python is to write no bytecode.

    It would be compiled by every worker in every run, which takes longer than many
    tests do. Bytecode goes to pytest's own cache, and programs that are started by
    tests see nothing of this.
    """
    if sys.dont_write_bytecode and config.pluginmanager.hasplugin("cacheprovider"):
        sys.pycache_prefix = str(config.cache.mkdir("bytecode"))
        sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Switch off garbage collection during collection: nothing is freed anyway."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


SAMPLE = 4
"""One in so many rows of a table of shapes is tested if nothing is named."""


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out shapes that were not asked for, and begin what takes longest first."""
    if not names_tests(config):
        left_out = set(outside_the_sample(items))
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]

    def place(item: pytest.Item) -> int:
        begins = scope(item.nodeid)
        starts = (n for n, each in enumerate(LONGEST) if begins.startswith(each))
        return next(starts, len(LONGEST))

    items.sort(key=place)


def names_tests(config: pytest.Config) -> bool:
    """Whether the command line names files, tests or marks, and not only folders."""
    named = config.option.keyword or config.option.markexpr
    return bool(named) or any(".py" in str(each) for each in config.args)


def outside_the_sample(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """All rows of tables of shapes but the first, the fifth and so on."""
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
    """What is handed to a worker at once: a live test alone, or else its whole file."""
    file, _, name = nodeid.partition("::")
    if any(words in name for words in BUSY):
        return "busy"
    if file.startswith(ATLAS):
        return ATLAS
    return nodeid if file.startswith(LIVE) and file not in ONE_WORKER else file


def pytest_collection_finish() -> None:
    """Look for garbage only in what tests leave, and not in all that was imported."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use every processor; and more workers than that for tests that mostly wait.

    The 24 of ``test_stopped.py`` compute for 47 s and wait for minutes; live tests have
    to be right on a busy machine anyway.
    """
    processors = os.cpu_count() or 1
    return processors if only_unit(config) else processors + 4


def only_unit(config: pytest.Config) -> bool:
    """Whether unit tests alone were asked for, which are many and short."""
    return all("tests/unit" in str(each) for each in config.args)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out live tests one by one where nothing speaks against it.

    Others are handed out by file, so that what a file keeps for its tests, such as
    reports of samples and parsed modules, is made by one worker only.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    config.option.loadscopereorder = False  # they are in order
    scheduling = LoadScopeScheduling(config, log)
    # The only method in which the schedulers differ. (--dist loadgroup does not work
    # with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386)
    scheduling._split_scope = scope
    return scheduling
