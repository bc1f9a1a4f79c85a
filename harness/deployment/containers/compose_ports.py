"""Publishes one port of a Compose project, and to this machine only."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.run_ports import is_for_tls
from harness.deployment.containers.run_ports import LOOPBACK
from harness.deployment.containers.run_ports import NONE
from harness.deployment.containers.run_ports import ON_HOST

STAND_IN = "47731"
"""A placeholder port for asking Compose; each start replaces it."""


def publish_measured(model: dict[str, Any]) -> list[str]:
    """Publish only the port that is measured; return notes on the others.

    Raises ``ContainerRefused`` where it cannot be told which that is.
    """
    services = model.get("services", {})
    every = [
        port
        for service in services.values()
        for port in service.get("ports", ())
        if port.get("protocol") != "udp"
    ]
    published = [port for port in every if port.get("published")]
    ours = _measured(services, every, published)
    on_host = [e for e in services.values() if e.get("network_mode") == "host"]
    if not ours and not on_host:
        raise ContainerRefused(_about_ports(published))
    if not ours and STAND_IN not in msgspec.json.encode(on_host).decode():
        raise ContainerRefused(
            f'{ON_HOST}"${{PORT:-8000}}" in the Compose file, and hand it on: '
            'env = { PORT = "{port}" }'
        )
    for name, service in services.items():
        _refuse_replicas(name, service, ours)
        service["ports"] = [
            {**port, "published": STAND_IN, "host_ip": LOOPBACK}
            for port in service.get("ports", ())
            if port in ours
        ][:1]
    others = [port["published"] for port in published if port not in ours]
    return [f"port {each}: not published" for each in others]


def _measured(
    services: Mapping[str, Any],
    every: Sequence[Mapping[str, Any]],
    published: Sequence[Mapping[str, Any]],
) -> Sequence[Mapping[str, Any]]:
    """Every entry that publishes the measured port; none if the port is unclear."""
    ours = [port for port in published if port["published"] == STAND_IN]
    inside = {
        (name, port["target"])
        for name, service in services.items()
        for port in service.get("ports", ())
        if port in published and "target" in port
    }
    plain = [port for port in published if not is_for_tls(str(port.get("target")))]
    if not ours and len(inside) == 1:
        return published[:1]  # at several addresses
    for candidates in (published, plain, every):
        if not ours and len(candidates) == 1:
            ours = list(candidates)  # which it is, is not in doubt
    return ours


def _refuse_replicas(
    name: str, service: Mapping[str, Any], ours: Sequence[Mapping[str, Any]]
) -> None:
    """Raise ``ContainerRefused`` if several containers publish the measured port."""
    replicas = (service.get("deploy") or {}).get("replicas")
    count = service.get("scale") or (1 if replicas is None else replicas)
    if count > 1 and any(port in ours for port in service.get("ports", ())):
        raise ContainerRefused(
            f"service {name} runs {count} times, and each would publish the port that "
            "is measured; publish that of a proxy in front of it, or check one"
        )


def _about_ports(published: Sequence[Mapping[str, Any]]) -> str:
    listed = ", ".join(str(each["published"]) for each in published) or "no port"
    which = "and it cannot be told which is measured" if published else NONE
    return (
        f"publishes {listed}, {which}; write a variable in the Compose file, "
        'such as "127.0.0.1:${PORT:-8080}:80", and hand it on: '
        'env = { PORT = "{port}" }'
    )
