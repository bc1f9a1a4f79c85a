"""Makes control groups, which limit processes as a container does.

A group is made next to or below our own, wherever this user may make one and the kernel
lets it limit the resource. Both versions of control groups are supported (cgroups(7)).
Memory that processes have when they are added is not counted, but their tasks are.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Controller = Literal["memory", "pids"]

LIMITS: dict[Controller, tuple[str, ...]] = {
    "pids": ("pids.max",),
    "memory": ("memory.limit_in_bytes", "memory.max"),
}
"""Files that a limit may be written to: of version 1 and 2."""

SWAP = ("memory.memsw.limit_in_bytes", "memory.swap.max")
"""Files that limit swap: of version 1 together with memory, of version 2 alone."""

REMOVE_SECONDS = 2.0
"""Seconds for trying to remove a group after its processes have ended."""

_numbers = itertools.count(1)


class NoGroup(Exception):
    """No group can be made here; the message says why."""


class ControlGroup:
    """A control group that was made for one use."""

    def __init__(self, folder: Path, controller: Controller) -> None:
        self.folder = folder
        self._controller = controller

    def add(self, processes: Iterable[int]) -> None:
        """Add processes with all their threads. Raises ``NoGroup``."""
        for process in processes:
            try:
                (self.folder / "cgroup.procs").write_text(f"{process}\n")
            except ProcessLookupError:
                continue  # it has ended
            except OSError as problem:
                why = f"a process cannot be put into a control group: {problem}"
                raise NoGroup(why) from None

    def allow(self, more: int) -> None:
        """Allow ``more`` tasks, or bytes of memory, than now. Raises ``NoGroup``."""
        if self._controller == "pids":
            more += int((self.folder / "pids.current").read_text())
        try:
            for name in LIMITS[self._controller]:
                if (self.folder / name).exists():
                    (self.folder / name).write_text(f"{more}\n")
            if self._controller == "memory":
                self._keep_from_swap(more)
        except OSError as problem:
            raise NoGroup(f"a control group cannot be limited: {problem}") from None

    def _keep_from_swap(self, most: int) -> None:
        for name, value in zip(SWAP, (most, 0), strict=True):
            with contextlib.suppress(OSError):  # swap is not accounted for here
                if (self.folder / name).exists():
                    (self.folder / name).write_text(f"{value}\n")

    def remove(self) -> None:
        """Remove the group, once its processes have ended."""
        deadline = time.monotonic() + REMOVE_SECONDS
        while self.folder.exists() and time.monotonic() < deadline:
            try:
                self.folder.rmdir()
            except OSError:
                time.sleep(0.01)  # the kernel has not reaped the last of them yet


def make_group(controller: Controller) -> ControlGroup:
    """Make a group that can limit one resource. Raises ``NoGroup``."""
    name = f"flask-concurrency-{os.getpid()}-{next(_numbers)}"
    for parent in _parents(controller):
        folder = parent / name
        try:
            folder.mkdir()
        except OSError:
            continue
        if any((folder / file).exists() for file in LIMITS[controller]):
            return ControlGroup(folder, controller)
        folder.rmdir()  # the parent group does not pass this controller on
    raise NoGroup(f"no control group for {controller} can be made by this user here")


def _parents(controller: Controller) -> Iterator[Path]:
    """Folders in which a group may be made: below our own, and beside it."""
    for root, path in _mounted(controller):
        own = root / path.lstrip("/")
        yield own
        if own != root:
            yield own.parent


def _mounted(controller: Controller) -> Iterator[tuple[Path, str]]:
    """Mount points of a controller's hierarchies, with our own group in each."""
    with contextlib.suppress(OSError):
        own = dict(_own_groups())
        for line in _lines("/proc/self/mountinfo"):
            before, _, after = line.partition(" - ")
            kind, _, options = after.split(" ", 2)
            where = Path(before.split()[4])
            if kind == "cgroup" and controller in options.split(","):
                yield where, own.get(controller, "/")
            elif kind == "cgroup2":
                yield where, own.get("", "/")


def _own_groups() -> Iterator[tuple[str, str]]:
    """Our own group for each controller; for version 2 without a name."""
    for line in _lines("/proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        for each in controllers.split(","):
            yield each, path


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8", "surrogateescape").splitlines()
