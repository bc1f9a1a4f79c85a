"""Which system call the kernel has restarted."""

import platform

import pytest

from harness.system.system_calls import first_call
from harness.system.system_calls import SystemCall

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers are those of x86_64"
)


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        ("futex_do_wait", (0x5645, 0x89, 0x0, 0x7FFC, 0, 0, 0), "futex"),
        ("futex_wait_queue", (0x5645, 0x89, 0x0, 0x7FFC, 0, 0, 0), "futex"),
        ("poll_schedule_timeout.constprop.0", (0x55C6, 0x0, 0x4E20, 0, 0, 0), "poll"),
        ("hrtimer_nanosleep", (0x7FFC1234, 0x0, 0x0, 0, 0, 0), "nanosleep"),
        ("hrtimer_nanosleep", (0x1, 0x0, 0x7FFC, 0, 0, 0), "clock_nanosleep"),
        ("0", (0x1, 0x0, 0x7FFC, 0, 0, 0), ""),
    ],
)
def test_a_restarted_call_is_traced_to_the_first_one(
    function: str, arguments: tuple[int, ...], name: str
) -> None:
    restarted = SystemCall("restart_syscall", arguments)
    assert first_call(function, restarted) == SystemCall(name, arguments)
