"""Which call it was that the kernel has restarted."""

from __future__ import annotations

import platform

import pytest

from harness.system.calls import _first_number

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers are those of x86_64"
)


@pytest.mark.parametrize(
    ("function", "arguments", "number"),
    [
        ("futex_do_wait", "0x5645 0x89 0x0 0x7ffc", "202"),
        ("futex_wait_queue", "0x5645 0x89 0x0 0x7ffc", "202"),
        ("poll_schedule_timeout.constprop.0", "0x55c6 0x0 0x4e20", "7"),
        ("hrtimer_nanosleep", "0x7ffc1234 0x0 0x0", "35"),
        ("hrtimer_nanosleep", "0x1 0x0 0x7ffc", "230"),
        ("0", "0x1 0x0 0x7ffc", ""),
    ],
)
def test_the_first_call(function: str, arguments: str, number: str) -> None:
    assert _first_number(function, arguments) == number
