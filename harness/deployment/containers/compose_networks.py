"""Networks of a Compose project, replaced by ones that no other container is in.

None of them has the name, bridge, driver or addresses of a network that may exist
already, or that the user may want to start during the check.
"""

import ipaddress
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal

OWN_DRIVERS = ("", "bridge", "default")
"""Drivers whose networks stay inside this machine and are separate from each other."""

BRIDGE = "com.docker.network.bridge.name"
"""The option that names a network's bridge, which may belong to another network."""

IP = ("ipv4_address", "ipv6_address")
PINNED = (*IP, "mac_address", "link_local_ips")
"""Addresses that a service asks for in a network."""


def replace_networks(
    model: dict[str, Any], labels: Mapping[str, str], in_use: Mapping[str, str]
) -> list[str]:
    """Replace the networks of a model; return notes on differences from production.

    ``in_use`` has the addresses of the engine's networks, each with its name. Raises
    ``ContainerRefused`` if services ask for addresses that others have.
    """
    notes = []
    for key, network in model.get("networks", {}).items():
        network = network or {}
        name = network.pop("name", key)
        external = network.pop("external", False)
        if external or network.get("driver", "") not in OWN_DRIVERS:
            notes.append(f"network {name}: one of the check's own in its place")
            network = {}
            _release(model, key)
        elif ipam := network.pop("ipam", None):
            if any(name in each for each in _attachments(model, key) for name in IP):
                _refuse_in_use(key, ipam, in_use)
                network["ipam"] = ipam
            elif ipam.get("config"):
                notes.append(f"network {key}: has other addresses")
        options = network.get("driver_opts") or {}
        if options.pop(BRIDGE, None) is not None and not options:
            del network["driver_opts"]
        network["labels"] = {**(network.get("labels") or {}), **labels}
        model["networks"][key] = network
    return notes


def _attachments(model: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The settings of a network in every service that is attached to it."""
    for service in model.get("services", {}).values():
        networks = service.get("networks") or {}
        if isinstance(networks, Mapping) and networks.get(key):
            yield networks[key]


def _release(model: Mapping[str, Any], key: str) -> None:
    """Remove fixed addresses, so that services may have any address in a network."""
    for attachment in _attachments(model, key):
        for name in PINNED:
            attachment.pop(name, None)


def _refuse_in_use(
    key: str, ipam: Mapping[str, Any], in_use: Mapping[str, str]
) -> None:
    for each in ipam.get("config") or ():
        for addresses, name in in_use.items():
            if _overlap(each.get("subnet", ""), addresses):
                taken = {"addresses": each["subnet"], "other": name}
                raise ContainerRefused(Refusal.ADDRESSES_TAKEN, network=key, **taken)


def _overlap(one: str, other: str) -> bool:
    try:
        first, second = (ipaddress.ip_network(e, strict=False) for e in (one, other))
    except ValueError:
        return False
    if isinstance(first, ipaddress.IPv4Network):
        return isinstance(second, ipaddress.IPv4Network) and first.overlaps(second)
    return isinstance(second, ipaddress.IPv6Network) and first.overlaps(second)
