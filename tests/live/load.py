"""A machine that is kept busy."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def every_core_busy(times: int) -> Iterator[None]:
    """Keep every processor busy several times over."""
    command = [sys.executable, "-c", "while True: pass"]
    count = times * (os.cpu_count() or 1)
    busy = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
        for process in busy:
            process.wait()
