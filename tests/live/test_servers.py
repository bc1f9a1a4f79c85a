"""Servers of other people, whose capacity is known, are measured as exactly that."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.live.test_run import probe

PYTHON = "{}.{}".format(*sys.version_info)

with ThreadPoolExecutor() as pool:
    # What Python itself says that the formula comes to on this machine.
    THREAD_POOL = pool._max_workers

SEEN = {
    "waitress-3.0.2/threads-8": 8,
    "cheroot-11.1.2/threads-4": 4,
    "hypercorn-0.18.0/default": THREAD_POOL,
    "uvicorn-0.54.0/wsgi": 10,
    "uvicorn-0.54.0/a2wsgi": 10,
    "uvicorn-0.54.0/asgiref": 1,
    "gevent-26.9.0/patched-pool-10": 10,
    "gevent-26.9.0/unpatched": 1,
    "granian-2.8.7/blocking-threads-4": 4,
    f"wsgiref-{PYTHON}/default": 1,
    "pyruvate-1.6.1/workers-4": 4,
}
"""By server, release and configuration: how many are in the app, in every round."""

WRONG = "granian-2.8.7/backpressure-8"


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The cells of one run of them all, by the same key."""
    results = tmp_path_factory.mktemp("servers") / "results"
    only = [f"flask-3.1.3/{name}/py{PYTHON}" for name in (*SEEN, WRONG)]
    done = probe(results, *(word for each in only for word in ("--only", each)))
    assert done.returncode == 0, done.stderr
    report = json.loads((results / "report.json").read_text())
    keys = ("server", "server_version", "configuration")
    return {"{}-{}/{}".format(*(c[k] for k in keys)): c for c in report["cells"]}


@pytest.mark.parametrize("name", SEEN)
def test_what_is_known(cells: dict[str, dict[str, Any]], name: str) -> None:
    cell, capacity = cells[name], SEEN[name]
    assert (cell["outcome"], cell["verdict"]) == ("measured", "as declared"), cell
    assert (cell["ceiling"], cell["floor"]) == (capacity, capacity)
    assert cell["declared"] == capacity


def test_a_formula_says_what_it_came_to(cells: dict[str, dict[str, Any]]) -> None:
    cell = cells["hypercorn-0.18.0/default"]
    assert cell["declared_formula"] == "min(32, processors + 4)"
    assert f"here min(32, processors + 4) is {THREAD_POOL}." in cell["declared_because"]


def test_what_a_server_denies_is_seen(cells: dict[str, dict[str, Any]]) -> None:
    """gevent's own source says of it: "Aren't we really, though?"."""
    for name, number in (
        ("gevent-26.9.0/patched-pool-10", 10),
        ("pyruvate-1.6.1/workers-4", 4),
    ):
        assert not cells[name]["claims"]["multithread"]
        assert cells[name]["claims_fault"] == (
            f"it tells the app wsgi.multithread False, yet {number} requests were in "
            "one process at once"
        )
    assert cells["waitress-3.0.2/threads-8"]["claims"] == {
        "multithread": True,
        "multiprocess": False,
    }
    assert cells["waitress-3.0.2/threads-8"]["claims_fault"] == ""


def test_a_wrong_document_stands_out(cells: dict[str, dict[str, Any]]) -> None:
    """Of the backpressure that is documented as the most at once, half are threads."""
    cell = cells[WRONG]
    assert (cell["declared"], cell["ceiling"], cell["verdict"]) == (8, 4, "fewer")
    assert cell["declared_source"].startswith("https://github.com/emmett-framework/")
