"""Which process is number 1 of a PID namespace, as the first one of a container is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def process_one(processes: Iterable[int]) -> int | None:
    """The first of some processes that is number 1 in a PID namespace below our own.

    ``None`` where there is none, or that is not told. The line ``NSpid`` of
    ``/proc/PID/status`` has the number of a process in each namespace that it is in,
    ours first, see pid_namespaces(7). Of such a process the kernel drops every signal
    that it has no handler for, but for SIGKILL and SIGSTOP.
    """
    return next((each for each in processes if _numbers(each)[1:][-1:] == [1]), None)


def _numbers(process: int) -> list[int]:
    """The numbers of a process, in the outermost namespace that we see first."""
    try:
        lines = (
            Path(f"/proc/{process}/status")
            .read_text(encoding="utf-8", errors="replace")
            .splitlines()
        )
    except OSError:
        return []
    told = (line.split()[1:] for line in lines if line.startswith("NSpid:"))
    return [int(number) for number in next(told, [])]
