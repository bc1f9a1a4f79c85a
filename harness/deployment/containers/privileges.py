"""Privileges that reach beyond a container, which a check removes.

It could end processes of this machine, or change its clock, its disks or its kernel.
"""

from __future__ import annotations

import re

from harness.deployment.containers.mounts import ContainerRefused

BEYOND = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_RAWIO", "SYS_TIME"}
    | {"BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG"}
    | {"AUDIT_CONTROL"}
)
"""Capabilities that reach beyond a container (``capabilities(7)``)."""

BEYOND_ON_HOST = frozenset({"NET_ADMIN"})
"""Capabilities that do so in a container with the network of this machine."""

SHARED_MEMORY = "1g"
"""Namespaces of shared memory that belong to the container alone."""

UNMASKED = "systempaths=unconfined"
"""The option that makes the settings of the kernel writable."""

_HARMLESS_DEVICES = re.compile(
    r"/dev/(dri|nvidia|kfd|fuse|kvm|net/tun|null|zero|full|u?random)"
)
"""Devices that keep nothing, and that several programs can have at once."""


def is_beyond(capability: str, on_host: bool = False) -> bool:
    """Whether a capability reaches beyond a container."""
    name = capability.upper().removeprefix("CAP_")
    return name in BEYOND or (on_host and name in BEYOND_ON_HOST)


def changes_devices(device: str) -> bool:
    """Whether a device of this machine is shared with others or keeps data.

    What is no path names a kind of graphics cards and the like.
    """
    return device.startswith("/") and not _HARMLESS_DEVICES.match(device)


def refuse_namespace(kind: str, value: str, written: str) -> None:
    """Raise ``ContainerRefused`` for processes that a container shares with others.

    ``kind`` is ``pid`` or ``ipc``, and ``written`` how the user wrote it.
    """
    if value.startswith("container:"):
        raise ContainerRefused(
            f"reaches into another container, {value[10:]}; leave out {written}"
        )
    if kind == "pid" and value == "host":
        raise ContainerRefused(
            "sees all processes of this machine, and could end them; leave out "
            f"{written}"
        )
