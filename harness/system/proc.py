"""Reads what Linux shows of a process in ``/proc`` (``man 5 proc``)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def values_of(process: int, name: str = "status") -> dict[str, str]:
    """The values of a file with lines such as ``VmData: 12 kB``, by key.

    Raises ``OSError`` where the system has no such file, or the process has ended.
    """
    text = Path(f"/proc/{process}/{name}").read_text(encoding="utf-8", errors="replace")
    pairs = (line.partition(":") for line in text.splitlines())
    return {key: value.strip() for key, _, value in pairs}


def threads_of(process: int) -> list[int]:
    """The threads of a process; none when it has ended."""
    try:
        return [int(thread) for thread in os.listdir(f"/proc/{process}/task")]
    except OSError:
        return []


def open_files(process: int) -> Iterator[tuple[int, str]]:
    """The file descriptors of a process, each with its target.

    None when it has ended. Raises ``PermissionError`` where they cannot be seen.
    """
    folder = f"/proc/{process}/fd"
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                yield int(name), os.readlink(f"{folder}/{name}")
