"""An unexpected error is described in one line."""

import errno
import os

import pytest

from harness.measure.guard import describe


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (TimeoutError(), "a wait reached its deadline"),
        (
            OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)),
            "this machine did not let the probe go on: Network is unreachable; bring "
            "up the loopback interface: `ip link set lo up`",
        ),
        (OSError(), "this machine did not let the probe go on: OSError"),
        (
            ValueError("a\nb \ud800"),
            "the probe came upon something unexpected: ValueError: a b ?",
        ),
    ],
)
def test_an_unexpected_error_is_one_line(problem: Exception, line: str) -> None:
    described, trace = describe(problem)
    assert described == line
    assert type(problem).__name__ in trace
