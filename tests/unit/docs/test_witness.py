"""``docs/witness.md`` shows what the witnesses saw, and every disagreement on top."""

from typing import Any

import pytest

from benchmarks.witness.counters import granian_handled
from benchmarks.witness.counters import waitress_queue
from docs.make import witness
from harness.records.witness import KernelAccount

AGREED = KernelAccount(held=8, held_accepted=8, accepted=11)


def account_of(**other: Any) -> witness.Testimony:
    fields: dict[str, Any] = {
        "id": "flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11",
        "floor": 4,
        "ceiling": 8,
        "bounded": True,
        "kernel": AGREED,
        "kernel_fault": "",
        "offered": 16,
        "timed": (5, 8, 4),
    }
    return witness.Testimony(**fields | other)


def page(*cells: witness.Testimony) -> str:
    return witness.page(
        witness.Testimonies(
            measured_at="2026-01-02T00:00:00+00:00",
            processors=2,
            sleep_seconds=2.0,
            cells=cells,
        )
    )


def test_the_page_is_current() -> None:
    assert witness.PAGE.read_text() == witness.page(witness.read()), (
        "write it again: nox -s docs"
    )


def test_the_stored_data_has_three_witnesses_or_more() -> None:
    cells = witness.read().cells
    assert len(cells) >= 7
    assert all(cell.timed for cell in cells)
    assert any(cell.own for cell in cells)
    assert all(cell.kernel and cell.kernel.held for cell in cells)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"timed": (9, 5, 5)},
        {"floor": 64, "ceiling": 64, "bounded": False, "offered": 64, "timed": (64,)},
        {"counter": "stats server", "own": (8, 4)},
        {"kernel": None},
        {"floor": None, "ceiling": None},
    ],
    ids=["range", "median", "unbounded", "own", "no kernel", "no number"],
)
def test_agreement_is_stated_in_one_sentence(other: dict[str, Any]) -> None:
    assert account_of(**other).disagreements == ()
    assert "In all 1 cells every witness agrees" in page(account_of(**other))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"timed": (3, 9, 3)}, "timed requests: 3, 9, 3, where the probe says 4–8"),
        ({"timed": (16, 16, 16)}, "timed requests: 16, 16, 16"),
        ({"counter": "queue", "own": (2,)}, "queue: 2, where the probe says 4–8"),
        ({"kernel_fault": "2 requests said so"}, "the kernel: 2 requests said so"),
    ],
)
def test_a_disagreement_comes_first_and_loudly(
    other: dict[str, Any], words: str
) -> None:
    text = page(account_of(), account_of(**other))
    first, _, table = text.partition("> [!CAUTION]\n")[2].partition("\n\n")
    assert "**In 1 of 2 cells a witness disagrees:**" in first
    assert words in first
    assert table.count("**disagree**") == 1


def test_requests_waiting_inside_are_shown_in_parentheses() -> None:
    assert "| 8 of 8 (+3) |" in page(account_of())
    none = KernelAccount(held=8, reason="only Linux provides this")
    assert "| not to be had |" in page(account_of(kernel=none))


def test_the_queue_depth_of_waitress_is_read_from_its_warnings() -> None:
    log = "Task queue depth is 1\nTask queue depth is 4\nTask queue depth is 2\n"
    assert waitress_queue(log) == 4
    assert waitress_queue("Serving on http://127.0.0.1:80\n") == 0


def test_requests_in_the_queue_of_granian_are_not_counted() -> None:
    metrics = """\
# TYPE granian_connections_active gauge
granian_connections_active{worker="1"} 8
granian_connections_active{worker="2"} 3
granian_connections_handled{worker="1"} 90
# TYPE granian_blocking_queue gauge
granian_blocking_queue{worker="1"} 4
granian_blocking_queue{worker="2"} 0
"""
    assert granian_handled(metrics) == 7
