"""Starts the warden of a command."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.system import warden
from harness.system.scratch import scratch_folders

LINUX = sys.platform == "linux"

_PR_SET_CHILD_SUBREAPER = 36
"""The option of ``man 2 prctl`` that makes orphans children of this process."""

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def become_subreaper() -> None:
    """Become the parent of orphaned descendants, if the system can (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    output: int,
    remove: Sequence[str],
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a warden with its command; return it and our end of the lifeline."""
    read, write = os.pipe()
    prepare: Callable[[], None] | None = become_subreaper if LINUX else None
    folders = list(map(str, scratch_folders()))
    counted = [str(len(folders)), *folders, str(len(remove)), *remove]
    script = [sys.executable, "-I", "-S", warden.__file__]
    try:
        process = subprocess.Popen(
            [*script, str(cwd), *counted, *argv],
            stdin=read,
            stdout=subprocess.PIPE,
            stderr=output,
            env=dict(env),
            start_new_session=True,
            preexec_fn=prepare,
        )
    except BaseException:
        os.close(write)
        raise
    finally:
        os.close(read)
    return process, write
