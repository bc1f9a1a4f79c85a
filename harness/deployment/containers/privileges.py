"""Privileges that reach beyond a container, which a check removes.

It could end processes of this machine, or change its clock, its disks or its kernel.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.deployment.containers.mounts import ContainerRefused

BEYOND = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_RAWIO", "SYS_TIME"}
    | {"BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG"}
)
"""Capabilities that reach beyond a container (``capabilities(7)``)."""


def is_beyond(capability: str) -> bool:
    """Whether a capability reaches beyond a container."""
    return capability.upper().removeprefix("CAP_") in BEYOND


def without_those_beyond(capabilities: Sequence[str]) -> list[str]:
    """The other capabilities."""
    return [each for each in capabilities if not is_beyond(each)]


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
