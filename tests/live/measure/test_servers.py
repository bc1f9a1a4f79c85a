"""Real servers of known capacity are measured exactly."""

import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness.plan.lookup import find_server
from tests.builders.catalogs import REAL
from tests.live.commands import started_by_chance
from tests.live.sessions import probe

PYTHON = "{}.{}".format(*sys.version_info)

with ThreadPoolExecutor() as pool:
    # The value of the formula on this machine, from Python itself.
    THREAD_POOL = pool._max_workers

SEEN = {
    "waitress/threads-8": 8,
    "cheroot/threads-4": 4,
    "hypercorn/default": THREAD_POOL,
    "uvicorn/wsgi": 10,
    "uvicorn/a2wsgi": 10,
    "uvicorn/asgiref": 1,
    "gevent/patched-pool-10": 10,
    "gevent/unpatched": 1,
    "wsgiref/default": 1,
    "tornado/default": 1,
    "tornado/executor-8": 8,
    "pyruvate/workers-4": 4,
}
"""By server and configuration: the number in the app in every round."""

WRONG = "granian/backpressure-8"

BY_CHANCE = {"granian/blocking-threads-4": 4}
"""Servers that start threads by chance, and the most that they handle."""

RANGES = {
    "gunicorn/gthread-2x4-connections-5": (7, 8),
    "gunicorn/sync-4-reuse-port": (1, 4),
    "gunicorn/gthread-2x4-reuse-port": (4, 8),
}
"""By server and configuration: floor and ceiling."""

FRONTS = {
    "gunicorn/nginx-socket-sync-4": ("nginx", 4),
    "gunicorn/nginx-keepalive-gthread-2x4-connections-4": ("nginx", 8),
    "gunicorn/haproxy-sync-4": ("haproxy", 4),
    "gunicorn/haproxy-maxconn-sync-4": ("haproxy", 2),
    "gunicorn/caddy-sync-4": ("caddy", 4),
}
"""By server and configuration: the program in front, and how many it lets through."""


def cell_id(name: str) -> str:
    """Return the cell of a configuration with the newest release of its server."""
    server, _, configuration = name.partition("/")
    releases = find_server(REAL, server).releases
    newest = releases[-1] if releases else PYTHON  # a part of Python
    return f"flask-3.1.3/{server}-{newest}/{configuration}/py{PYTHON}"


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The cells of one run of them all, by the same key."""
    results = tmp_path_factory.mktemp("servers") / "results"
    names = (*SEEN, WRONG, *BY_CHANCE, *RANGES, *FRONTS)
    only = [("--only", cell_id(name)) for name in names]
    done = probe(results, *(word for pair in only for word in pair))
    assert done.returncode == 0, done.stderr
    report = json.loads((results / "report.json").read_text())
    return {f"{c['server']}/{c['configuration']}": c for c in report["cells"]}


@pytest.mark.parametrize("name", SEEN)
def test_known_capacities_are_measured_exactly(
    cells: dict[str, dict[str, Any]], name: str
) -> None:
    cell, capacity = cells[name], SEEN[name]
    assert (cell["outcome"], cell["verdict"]) == ("measured", "as declared"), cell
    assert (cell["ceiling"], cell["floor"]) == (capacity, capacity)
    assert cell["declared"] == capacity


@pytest.mark.parametrize("name", BY_CHANCE)
def test_threads_started_by_chance_are_measured_as_such(
    cells: dict[str, dict[str, Any]], name: str
) -> None:
    cell, capacity = cells[name], BY_CHANCE[name]
    assert cell["outcome"] == "measured" and cell["ceiling"] == capacity, cell
    seen = cell["verdict"], cell["ceiling"], cell["floor"]
    assert seen in started_by_chance(capacity) and cell["floor_by"] == "seen"


@pytest.mark.parametrize("name", RANGES)
def test_a_floor_that_depends_on_the_order_is_found(
    cells: dict[str, dict[str, Any]], name: str
) -> None:
    cell = cells[name]
    assert (cell["outcome"], cell["verdict"]) == ("measured", "uneven"), cell
    assert (cell["floor"], cell["ceiling"]) == RANGES[name]
    assert (cell["floor_by"], cell["ceiling_by"]) == ("guaranteed", "guaranteed")


@pytest.mark.parametrize("name", FRONTS)
def test_wrappers_in_front_of_a_server_change_nothing(
    cells: dict[str, dict[str, Any]], name: str
) -> None:
    cell, (program, number) = cells[name], FRONTS[name]
    if shutil.which(program) is None:
        assert cell["outcome"] == "not supported"
        if program == "nginx" and os.environ.get("REQUIRE_NGINX"):
            pytest.fail("nginx is not on PATH")
        pytest.skip(f"{program} is not on PATH")
    assert (cell["outcome"], cell["verdict"]) == ("measured", "as declared"), cell
    assert (cell["floor"], cell["ceiling"]) == (number, number)


def test_a_formula_states_its_value(cells: dict[str, dict[str, Any]]) -> None:
    cell = cells["hypercorn/default"]
    assert cell["declared_formula"] == "min(32, processors + 4)"
    assert f"here min(32, processors + 4) is {THREAD_POOL}." in cell["declared_because"]


def test_a_false_denial_of_threads_is_found(cells: dict[str, dict[str, Any]]) -> None:
    """gevent's own source says about it: "Aren't we really, though?"."""
    for name, number in (
        ("gevent/patched-pool-10", 10),
        ("pyruvate/workers-4", 4),
    ):
        assert not cells[name]["claims"]["multithread"]
        assert cells[name]["claims_fault"] == (
            f"it tells the app that wsgi.multithread is False, yet {number} requests "
            "were in one process at once"
        )
    assert cells["waitress/threads-8"]["claims"] == {
        "multithread": True,
        "multiprocess": False,
    }
    assert cells["waitress/threads-8"]["claims_fault"] == ""


def test_wrong_documentation_is_found(cells: dict[str, dict[str, Any]]) -> None:
    """Half of the backpressure, documented as the most at once, is threads."""
    cell = cells[WRONG]
    assert (cell["declared"], cell["ceiling"], cell["verdict"]) == (8, 4, "fewer")
    assert cell["declared_source"].startswith("https://github.com/emmett-framework/")
