"""Whether other programs use the processors of this machine."""

import subprocess
import sys

from harness.system.processors import nothing_else_runs
from harness.system.schedstat import thread_state
from tests.live.waiting import wait_until


def test_another_program_that_computes_is_noticed() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            wait_until(lambda: thread_state(process.pid, process.pid) == b"R")
            assert not nothing_else_runs()
        finally:
            process.kill()
