"""Removes privileges that reach beyond a container.

With them, it could end processes of this machine, or change its clock, its disks or its
kernel.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal

BEYOND = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_RAWIO", "SYS_TIME"}
    | {"BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG"}
    | {"AUDIT_CONTROL"}
)
"""Capabilities that reach beyond a container (``capabilities(7)``)."""

BEYOND_ON_HOST = frozenset({"NET_ADMIN"})
"""Capabilities that do so in a container with the network of this machine."""

SHARED_MEMORY = "1g"
"""Size of a container's own shared memory, in place of that of this machine."""

UNMASKED = "systempaths=unconfined"
"""The option that makes the settings of the kernel writable."""

_HARMLESS_DEVICES = re.compile(
    r"/dev/(dri|nvidia|kfd|fuse|kvm|net/tun|null|zero|full|u?random)"
)
"""Devices that store nothing, and that several programs can use at once."""


def is_beyond(capability: str, on_host: bool = False) -> bool:
    """Whether a capability reaches beyond a container."""
    name = capability.upper().removeprefix("CAP_")
    return name in BEYOND or (on_host and name in BEYOND_ON_HOST)


def changes_devices(device: str) -> bool:
    """Whether a device of this machine is shared with others or keeps data.

    Text that is not a path names a kind of device, such as graphics cards.
    """
    return device.startswith("/") and not _HARMLESS_DEVICES.match(device)


def refuse_namespace(kind: str, value: str, written: str) -> None:
    """Raise ``ContainerRefused`` for processes that a container shares with others.

    ``kind`` is ``pid`` or ``ipc``, and ``written`` how the user wrote it.
    """
    if value.startswith("container:"):
        other = {"other": value[10:], "written": written}
        raise ContainerRefused(Refusal.INSIDE_ANOTHER, **other)
    if kind == "pid" and value == "host":
        raise ContainerRefused(Refusal.ALL_PROCESSES, written=written)


# --------------------------------------------------------------------------- Compose


def drop_privileges(name: str, service: dict[str, Any]) -> list[str]:
    """Drop privileges that reach this machine; return notes on what was dropped."""
    left_out = ["privileged"] if service.pop("privileged", False) else []
    on_host = service.get("network_mode") == "host"
    less: dict[str, Callable[[Any], bool]] = {
        "cap_add": lambda each: not is_beyond(each, on_host),
        "devices": lambda each: not changes_devices(_device(each)),
        "device_cgroup_rules": lambda _: False,
        "security_opt": lambda each: each != UNMASKED,
    }
    for key, may_stay in less.items():
        given = service.pop(key, None) or []
        if stays := [each for each in given if may_stay(each)]:
            service[key] = stays
        left_out += [f"{_device(e)} of {key}" for e in given if e not in stays]
    if service.get("ipc") == "host":
        left_out.append(f"ipc {service.pop('ipc')}")
        service.setdefault("shm_size", SHARED_MEMORY)
    hooks = [*(service.get("post_start") or ()), *(service.get("pre_stop") or ())]
    if any([hook.pop("privileged", False) for hook in hooks]):
        left_out.append("privileged of its hooks")
    return [f"service {name}: {each} is left out" for each in left_out]


def _device(value: Any) -> str:
    """The name of a device, in any of the spellings of Compose."""
    return str(value["source"] if isinstance(value, Mapping) else value).split(":")[0]


def refuse_reaching(name: str, service: Mapping[str, Any]) -> None:
    """Raise ``ContainerRefused`` for a service that reaches into other containers."""
    mode = service.get("network_mode", "")
    if mode.startswith("container:"):
        raise ContainerRefused(
            Refusal.SERVICE_IN_NETWORK_OF_ANOTHER, service=name, other=mode[10:]
        )
    for kind in ("pid", "ipc"):
        where = f"{kind} of service {name}"
        refuse_namespace(kind, str(service.get(kind) or ""), where)
    for each in service.get("volumes_from", ()):
        if each.startswith("container:") and not each.endswith(":ro"):
            raise ContainerRefused(
                Refusal.SERVICE_WITH_VOLUMES_OF_ANOTHER,
                service=name,
                other=each.removesuffix(":rw"),
            )
    if service.get("use_api_socket"):
        raise ContainerRefused(Refusal.SERVICE_WITH_ENGINE_API, service=name)
    for key in ("provider", "models"):
        if service.get(key):
            kind = key.removesuffix("s")
            raise ContainerRefused(
                Refusal.BY_ANOTHER_PROGRAM, service=name, kind=kind, entry=key
            )
