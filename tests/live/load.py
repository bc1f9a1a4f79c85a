"""A machine that is kept busy, for no longer than there is somebody who keeps it so."""

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

    What runs besides, such as other workers of the tests, is part of that.
    """
    processors = os.cpu_count() or 1
    wanted = times * processors - int(os.getloadavg()[0])
    with busy_loops(max(wanted, processors)):
        yield


@contextlib.contextmanager
def busy_loops(count: int, own_sessions: bool = False) -> Iterator[None]:
    """Run so many processes that compute all the time.

    Linux shares its processors among sessions first: processes with ``own_sessions``
    leave others only their share, however many there are.
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
