"""Keeps the machine busy during a test."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

LOOP = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"
"""It ends with the process that started it, however that ends."""


@contextlib.contextmanager
def every_core_busy(times: int) -> Iterator[None]:
    """Keep every processor busy several times over.

    Other work, such as parallel workers of the tests, counts towards that.
    """
    processors = os.cpu_count() or 1
    wanted = times * processors - int(os.getloadavg()[0])
    with busy_loops(max(wanted, processors)):
        yield


@contextlib.contextmanager
def busy_loops(count: int, own_sessions: bool = False) -> Iterator[None]:
    """Run so many processes that compute all the time.

    Linux divides processor time among sessions first: processes with ``own_sessions``
    leave others only their share, however many others there are.
    """
    command = [sys.executable, "-c", LOOP, str(os.getpid())]
    busy = [
        subprocess.Popen(command, start_new_session=own_sessions) for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
        for process in busy:
            process.wait()
