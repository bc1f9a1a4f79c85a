"""Finds the semaphores of processes, which stay until a restart if these are killed.

``multiprocessing`` gives each semaphore for spawned processes a random name, and starts
a process that removes it in the end. That one is killed with all others.
"""

import os

FOLDER = "/dev/shm"
"""Where Linux has named semaphores; see sem_overview(7)."""

PREFIX = "sem.mp-"
"""How the names that ``multiprocessing`` gives begin. Only children of the process that
made a semaphore learn its name."""


_MAPPED = f"{FOLDER}/sem.".encode()


def opened(processes: list[int]) -> list[str]:
    """Return the paths of all such semaphores that processes have open."""
    try:
        names = [name for name in os.listdir(FOLDER) if name.startswith(PREFIX)]
    except OSError:
        return []
    mapped: set[int] = set()
    for process in processes if names else ():
        mapped |= _mapped(process)
    paths = [f"{FOLDER}/{name}" for name in names] if mapped else []
    return [path for path in paths if _inode(path) in mapped]


def _mapped(process: int) -> set[int]:
    """The inodes of all semaphores that a process has open; see proc_pid_maps(5).

    The process that makes one first gives it another name, which it maps and removes.
    """
    try:
        with open(f"/proc/{process}/maps", "rb") as file:
            lines = [line for line in file if _MAPPED in line]
    except OSError:  # it has ended
        return set()
    return {int(line.split()[4]) for line in lines}


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0
