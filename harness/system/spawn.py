"""Starts the warden of a command."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.system.program import program
from harness.system.scratch import scratch_folders

LINUX = sys.platform == "linux"

_PR_SET_CHILD_SUBREAPER = 36
"""The option of ``man 2 prctl`` that makes orphans children of this process."""

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


class Command(NamedTuple):
    """A command to run."""

    argv: Sequence[str]
    env: Mapping[str, str]
    """Its whole environment."""
    cwd: Path
    log: Path
    """The file that its output goes to."""
    remove: Sequence[str] = ()
    """A command to run when all is killed: it removes what this one had others start,
    such as containers."""


def become_subreaper() -> None:
    """Become the parent of orphaned descendants, if the system can (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(command: Command, output: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start a warden with its command; return it and our end of the lifeline.

    The output of both goes to the open file ``output``.
    """
    read, write = os.pipe()
    folders = list(map(str, scratch_folders()))
    counted = [str(len(folders)), *folders, str(len(command.remove)), *command.remove]
    try:
        process = subprocess.Popen(
            [*program("warden"), str(command.cwd), *counted, *command.argv],
            stdin=read,
            stdout=subprocess.PIPE,
            stderr=output,
            env=dict(command.env),
            start_new_session=True,  # Ctrl-C is for the harness, which ends the warden
            preexec_fn=become_subreaper,
        )
    except BaseException:
        os.close(write)
        raise
    finally:
        os.close(read)
    return process, write
