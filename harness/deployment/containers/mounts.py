"""Decides how a check treats mounts of containers, so that nothing in them changes.

A read-only mount stays as it is. A folder or file of this machine that could be written
to is copied, a named volume is replaced by an empty one, and the engine's own socket is
refused. Whatever ``keep-mounts`` names stays.
"""

import os
import stat
from collections.abc import Callable
from collections.abc import Collection
from enum import Enum
from pathlib import Path
from pathlib import PurePosixPath
from typing import NamedTuple

from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.deployment.isolation.no_engine import engine_sockets

MOST_BYTES = 512 * 1024 * 1024
"""Most bytes of a folder that are copied."""

MOST_FILES = 50_000
"""Most files of a folder that are copied."""

KEY = "keep-mounts"

ENGINE_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock", "crio.sock")
PLACES = ("/var/run", "/run", "/run/podman", "/run/containerd", "/run/crio")
"""Usual paths of an engine's socket."""

CONTROL_SOCKETS = (
    *("/run/systemd/private", "/run/dbus/system_bus_socket", "/run/snapd.socket"),
    *("/run/supervisor.sock", "/run/libvirt/libvirt-sock", "/var/lib/lxd/unix.socket"),
)
"""Sockets by which services, machines and other containers can be stopped."""

KERNEL = ("/dev", "/proc", "/sys")
"""Folders that the kernel provides; a container has its own of these."""


class Mount(NamedTuple):
    """Something mounted at a path in a container."""

    source: str
    """A path of this machine, or the name of a volume; empty for a new volume."""
    target: str
    read_only: bool
    is_bind: bool
    """Whether ``source`` is a path."""


class Treatment(Enum):
    """How a mount is treated, and how it then differs from production."""

    UNCHANGED = ""
    EMPTY = "an empty volume is mounted in its place"
    COPIED = "a copy is mounted in its place"
    READ_ONLY = "mounted read only"
    ALONE = "without what is mounted in it, and could be written to"
    LEFT_OUT = "left out, as a container has its own"


class AllowedMounts:
    """The mounts that the user allows to stay as they are."""

    def __init__(self, names: Collection[str], folder: Path) -> None:
        self._names = names
        self._folder = folder
        self._met: set[str] = set()

    def has(self, mount: Mount) -> bool:
        """Whether a mount was named."""
        for name in self._names:
            as_path = (self._folder / name).resolve()
            same = Path(mount.source).resolve() == as_path if mount.is_bind else False
            if same or name == mount.source:
                self._met.add(name)
                return True
        return False

    def check(self) -> None:
        """Raise ``ContainerRefused`` for a name that is not mounted."""
        for name in self._names:
            if name not in self._met:
                raise ContainerRefused(Refusal.NOT_MOUNTED, KEY, name=name)


def treatment(
    mount: Mount, allowed: AllowedMounts, read_only: bool = False
) -> Treatment:
    """How to treat a mount, in a container that may be ``read_only`` as a whole.

    Raises ``ContainerRefused``.
    """
    if not mount.source or allowed.has(mount):
        return Treatment.UNCHANGED
    if not mount.is_bind:
        return Treatment.EMPTY
    path = Path(mount.source)
    refuse_engine(path)
    try:
        mode = path.stat().st_mode
    except OSError:
        return Treatment.EMPTY  # the engine would make a folder of that name
    if mount.read_only:
        # Before release 25 the engine makes only the folder itself read-only.
        return Treatment.ALONE if _has_others_in_it(path) else Treatment.UNCHANGED
    if kernel := _kernels(path):
        inside = PurePosixPath(mount.target).is_relative_to(kernel)
        return Treatment.LEFT_OUT if inside else Treatment.READ_ONLY
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise ContainerRefused(Refusal.NO_FILE, path=path)
    if read_only and stat.S_ISREG(mode):
        return Treatment.READ_ONLY  # nothing can be copied into such a container
    if _is_large(path):
        raise ContainerRefused(Refusal.TOO_LARGE, path=path)
    return Treatment.COPIED


def refuse_engine(path: Path) -> None:
    """Raise ``ContainerRefused`` for a mount that gives control of the engine.

    The same goes for one that gives control of the services of this machine. A socket
    can be written to even if it is mounted read only.
    """
    sockets = [path] if path.name in ENGINE_SOCKETS else []
    sockets += [Path(place, name) for place in PLACES for name in ENGINE_SOCKETS]
    own = os.environ.get("DOCKER_HOST", "").removeprefix("unix://")
    sockets += [Path(own)] if own.startswith("/") else []
    sockets += engine_sockets(os.environ)
    if any(map(_is_in(path), sockets)):
        raise ContainerRefused(Refusal.ENGINE_SOCKET, path=path)
    for socket in filter(_is_in(path), map(Path, CONTROL_SOCKETS)):
        raise ContainerRefused(Refusal.CONTROL_SOCKET, path=path, socket=socket)


def _is_in(path: Path) -> Callable[[Path], bool]:
    """A function that tells whether another path exists, at or below this one."""
    whole = path.resolve()
    return lambda each: each.exists() and each.resolve().is_relative_to(whole)


def _has_others_in_it(path: Path) -> bool:
    """Whether another file system is mounted below a path (``proc(5)``)."""
    try:
        mounts = Path("/proc/self/mountinfo")
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    inside = f"{path.resolve()}/".replace("//", "/")
    places = (line.split()[4].replace("\\040", " ") for line in lines)
    return any(place.startswith(inside) for place in places if place != inside)


def _kernels(path: Path) -> str:
    """The folder of the kernel that a path is in; empty for any other path."""
    shared = path.is_relative_to("/dev/shm")
    return next((e for e in KERNEL if path.is_relative_to(e) and not shared), "")


def _is_large(path: Path) -> bool:
    size = files = 0
    for folder, _, names in os.walk(path):
        files += len(names)
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
        if size > MOST_BYTES or files > MOST_FILES:
            return True
    return path.is_file() and path.stat().st_size > MOST_BYTES


def note(mount: Mount, what: Treatment) -> str:
    """A note on a mount that differs from production; empty if it does not."""
    kind = "" if mount.is_bind else "volume "
    return f"{kind}{mount.source}: {what.value}" if what.value else ""
