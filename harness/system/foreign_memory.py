"""Reads the memory of another process (``/proc/PID/mem``, ``man 5 proc``)."""

from __future__ import annotations

import os


def memory_of(process: int, address: int, size: int) -> bytes:
    """Read ``count`` bytes from an address on. Raises ``OSError`` if that fails."""
    descriptor = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, size, address)
    except OverflowError:
        raise OSError(f"no address: {address}") from None
    finally:
        os.close(descriptor)
