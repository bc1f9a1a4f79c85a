"""Finds out which signals a process has a handler for (Linux)."""

from __future__ import annotations

import signal

from harness.system.proc import values_of


def catches(process: int, number: signal.Signals) -> bool | None:
    """Whether a process has a handler for a signal; ``None`` if unknown.

    The line ``SigCgt`` of ``/proc/PID/status`` is a mask, see proc_pid_status(5). Some
    runtimes take signals from a descriptor or wait for them instead: these block them,
    which is ``SigBlk``, and that counts too.
    """
    try:
        masks = values_of(process)
    except OSError:
        return None
    bit = 1 << (number - 1)
    return any(int(masks[mask], 16) & bit for mask in ("SigCgt", "SigBlk"))
