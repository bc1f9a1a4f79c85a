"""Takes from a Compose service what would let it change this machine."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.privileges import changes_devices
from harness.deployment.containers.privileges import is_beyond
from harness.deployment.containers.privileges import refuse_namespace
from harness.deployment.containers.privileges import SHARED_MEMORY
from harness.deployment.containers.privileges import UNMASKED


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
    if any([each.pop("privileged", False) for each in hooks]):
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
            f"service {name} has the network of another container, {mode[10:]}, and "
            "would listen there; leave out network_mode"
        )
    for kind in ("pid", "ipc"):
        where = f"{kind} of service {name}"
        refuse_namespace(kind, str(service.get(kind) or ""), where)
    for each in service.get("volumes_from", ()):
        if each.startswith("container:") and not each.endswith(":ro"):
            raise ContainerRefused(
                f"service {name} could write to the volumes of another container; "
                f"write {each.removesuffix(':rw')}:ro in volumes_from"
            )
    if service.get("use_api_socket"):
        raise ContainerRefused(
            f"service {name} has the engine's own socket, by which it can stop all "
            "other containers; leave out use_api_socket"
        )
    for key in ("provider", "models"):
        if service.get(key):
            raise ContainerRefused(
                f"service {name} has a {key.removesuffix('s')}, which another program "
                "makes, and nobody would remove what that has made; start it before "
                f"the check, and leave out {key} in a Compose file for the check"
            )
