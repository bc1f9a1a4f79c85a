"""Which signals a process handles."""

import signal
import subprocess
import sys

import pytest

from harness.system.proc import catches

SCRIPT = """
import signal
signal.signal(signal.SIGHUP, lambda *_: None)
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("ready", flush=True)
input()
"""


def test_signals_with_a_handler_are_known() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if catches(process.pid, signal.SIGHUP) is None:
            pytest.skip("NOT TESTED: this system does not tell")
        known = {number: catches(process.pid, number) for number in signal.Signals}
        process.communicate("\n", timeout=60)
    assert known[signal.SIGHUP] and known[signal.SIGUSR1]
    assert not known[signal.SIGTERM] and not known[signal.SIGUSR2]
    assert catches(process.pid, signal.SIGHUP) is None
