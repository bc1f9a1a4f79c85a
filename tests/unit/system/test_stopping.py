"""A process is stopped for less time than any parent waits for it."""

from harness.system.stopping import FORGOTTEN_SECONDS
from harness.system.stopping import STOPPED_SECONDS

UVICORN_SECONDS = 5.0
"""After so long without a sign of life uvicorn's parent replaces a worker."""


def test_no_parent_misses_a_worker_that_is_stopped() -> None:
    assert 1.0 < STOPPED_SECONDS < FORGOTTEN_SECONDS < UVICORN_SECONDS
