"""Labels that show which check made something in an engine, and that hide it.

Only what carries them is ever stopped or removed. A label names the process that made
something, so that a later check can remove what a killed check left behind, and leave
alone what belongs to a check that is still running.

Proxies such as Traefik and nginx-proxy send requests to every container whose labels or
variables say that it serves a name. A container of a check would get some of
production's requests. So it keeps none of the labels and variables by which it would be
found.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import psutil

from harness.records.files import begin_of

RUN = "flask-concurrency.run"
"""Label of one start of a deployment; what carries it is removed at the stop."""

OWNER = "flask-concurrency.owner"
"""Label of the process that runs the check."""


def new_run() -> str:
    """A new name for containers, projects, images and a label."""
    return f"flask-concurrency-{secrets.token_hex(4)}"


def owner() -> str:
    """A label that is unique to this process on this machine."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}"


def is_gone(label: str) -> bool:
    """Whether a label belongs to a process of this machine that has ended."""
    machine, _, process = label.rpartition("/")[0].rpartition("/")
    if machine != _machine() or not process.isdecimal():
        return False
    return _started(int(process)) != label.rpartition("/")[2]


def _machine() -> str:
    """An id of this boot of this machine, and of the process namespace."""
    boot = begin_of(Path("/proc/sys/kernel/random/boot_id")).strip()
    try:
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return f"{os.uname().nodename}/{psutil.boot_time():.0f}"


def _started(process: int) -> str:
    """When a process was started, in the system's own unit; empty if it has ended."""
    if stat := begin_of(Path(f"/proc/{process}/stat")):
        return stat.rpartition(") ")[2].split()[19]
    if Path("/proc/self/stat").exists():
        return ""
    try:
        return f"{psutil.Process(process).create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""


PASSED_OVER: Mapping[str, str] = MappingProxyType(
    {"traefik.enable": "false", "com.centurylinklabs.watchtower.enable": "false"}
)
"""Labels that make such programs ignore a container, whatever its image says."""

FOUND_BY = frozenset(
    {"VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS", "LETSENCRYPT_HOST", "ACME_HOST"}
)
"""Variables by which nginx-proxy and its companion find containers."""

ENGINE = "DOCKER_HOST"
"""The variable by which a container reaches an engine over the network."""


def emptied(theirs: Mapping[str, str | None]) -> dict[str, str]:
    """Variables of a container that are emptied, so that other programs ignore it."""
    names = sorted({*FOUND_BY, ENGINE} & set(theirs))
    return {name: "" for name in names if theirs[name]}


def note(name: str) -> str:
    """A note on a variable that is emptied."""
    because = "a proxy would send it production traffic"
    if name == ENGINE:
        because = "it would start and stop containers that nothing removes"
    return f"variable {name}: empty, as {because}"
