"""Which signals a process has a handler for, as Linux tells."""

from __future__ import annotations

import signal
from pathlib import Path


def catches(process: int, number: signal.Signals) -> bool | None:
    """Whether a process has a handler for a signal; ``None`` where that is not told.

    The line ``SigCgt`` of ``/proc/PID/status`` is a mask, see proc_pid_status(5). Some
    runtimes take signals from a descriptor or wait for them instead: these block them,
    which is ``SigBlk``, and that counts too.
    """
    try:
        lines = (
            Path(f"/proc/{process}/status")
            .read_text(encoding="utf-8", errors="replace")
            .splitlines()
        )
    except OSError:
        return None
    masks = dict(line.split(":\t", 1) for line in lines if line.startswith("Sig"))
    bit = 1 << (number - 1)
    return any(int(masks[mask], 16) & bit for mask in ("SigCgt", "SigBlk"))
