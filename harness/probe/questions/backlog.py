"""Counts connections that the kernel holds because no server accepted them yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.probe.listeners import listened_on
from harness.system.sockets import BEGUN
from harness.system.sockets import entries
from harness.system.sockets import LISTENING


def count_backlog(processes: list[int]) -> int | None:
    """Number of connections these processes have not accepted; ``None`` if unknown."""
    ports = listened_on(processes)
    tables = [
        Path(f"/proc/{process}/net/{table}")
        for process in processes[:1]
        for table in ("tcp", "tcp6")
    ]
    try:
        lines = [line for table in tables for line in table.read_text().splitlines()]
    except OSError:
        return None
    return waiting_in(lines, ports) if ports else None


def waiting_in(lines: Iterable[str], ports: set[int]) -> int:
    """Number of unaccepted connections by ``/proc/net/tcp``, for some ports."""
    ours = [each for each in entries(lines) if each.port in ports]
    backlogs = sum(each.queued for each in ours if each.state == LISTENING)
    return backlogs + sum(each.state == BEGUN for each in ours)
