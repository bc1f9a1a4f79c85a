"""A process is stopped for less time than any parent waits for it."""

from harness.system.stopping import FORGOTTEN_SECONDS
from harness.system.stopping import STOPPED_SECONDS

UVICORN_SECONDS = 5.0
"""uvicorn's parent replaces a worker that was silent for so long."""


def test_no_parent_misses_a_worker_that_is_stopped() -> None:
    assert 1.0 < STOPPED_SECONDS < FORGOTTEN_SECONDS < UVICORN_SECONDS
