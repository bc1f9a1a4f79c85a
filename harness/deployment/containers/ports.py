"""Chooses the one port that `docker run` or Compose publishes for a check."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import msgspec

from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.deployment.containers.run_options import Option
from harness.deployment.containers.run_options import Run

PORT = "{port}"

STAND_IN = "47731"
"""A placeholder port for asking Compose; each start replaces it."""

LOOPBACK = "127.0.0.1"

Published = TypeVar("Published")


def _measured(
    ours: Sequence[Published],
    published: Sequence[Published],
    inside: int,
    *others: Sequence[Published],
) -> Sequence[Published]:
    """Every entry that publishes the measured port; none if the port is unclear.

    These are ``ours``, if the command names any. Otherwise they are the only
    candidates: among the published ones, which lead to so many ports ``inside``, or
    among some ``others``.
    """
    if not ours and inside == 1:
        return published[:1]  # at several addresses
    return ours or next((e for e in (published, *others) if len(e) == 1), ())


def _published(listed: str) -> str:
    """The beginning of an error about what is published."""
    if listed:
        return f"publishes {listed}, and it is unclear which is measured"
    return "publishes no port, so nothing can be measured"


def networks_of(run: Run) -> set[str]:
    """The networks that a container is in, by name."""
    given = [option for option in run.options if option.name in ("network", "net")]
    return {network_of(each.value) for each in given}


def network_of(value: str) -> str:
    """A network option without the names by which a container would be found."""
    pairs = [each.partition("=") for each in value.split(",")]
    names = [given for name, equals, given in pairs if equals and name == "name"]
    return names[0] if names else value


def measured_port(run: Run) -> Option | None:
    """The option that publishes the measured port; ``None`` if none is needed."""
    given = [option for option in run.options if option.name == "publish"]
    published = [each for each in given if not each.value.endswith("/udp")]
    with_place = [each for each in published if PORT in each.value]
    inside = {each.value.rpartition(":")[2].removesuffix("/tcp") for each in published}
    plain = [each for each in published if not is_for_tls(each.value)]
    ours = _measured(with_place, published, len(inside), plain)
    if "host" in networks_of(run):
        _refuse_fixed_port(run)
        return ours[0] if ours else None
    if ours and ours[0].value != PORT:
        return ours[0]
    listed = ", ".join(each.value for each in published)
    if not listed and any(option.name == "publish-all" for option in run.options):
        listed = "whatever the image exposes"
    raise ContainerRefused(Refusal.NO_PORT, published=_published(listed))


def _refuse_fixed_port(run: Run) -> None:
    """Raise ``ContainerRefused`` if the server cannot be told which port to use.

    It would share that of production, if both use ``SO_REUSEPORT``.
    """
    given = [option.value for option in run.options if option.name == "env"]
    told = any(PORT in each or "=" not in each for each in given)
    if not told and not any(PORT in argument for argument in run.arguments):
        raise ContainerRefused(Refusal.ON_HOST)


def is_for_tls(published: str) -> bool:
    """Whether a port is for TLS, and another one is published for plain requests."""
    port = published.rpartition(":")[2].partition("/")[0]
    return port in ("443", "8443")


def published_words(each: Option) -> tuple[str, ...]:
    """Publish the port that is measured to this machine only."""
    inside = each.value.rpartition(":")[2]
    return ("--publish", f"{LOOPBACK}:{PORT}:{inside}")


# --------------------------------------------------------------------------- Compose


def publish_measured(model: dict[str, Any]) -> list[str]:
    """Publish only the port that is measured; return notes on the others.

    Raises ``ContainerRefused`` if it cannot be told which that is.
    """
    services = model.get("services", {})
    every = [
        port
        for service in services.values()
        for port in service.get("ports", ())
        if port.get("protocol") != "udp"
    ]
    published = [port for port in every if port.get("published")]
    inside = {
        (name, port["target"])
        for name, service in services.items()
        for port in service.get("ports", ())
        if port in published and "target" in port
    }
    given = [port for port in published if port["published"] == STAND_IN]
    plain = [port for port in published if not is_for_tls(str(port.get("target")))]
    ours = _measured(given, published, len(inside), plain, every)
    on_host = [e for e in services.values() if e.get("network_mode") == "host"]
    if not ours and not on_host:
        listed = ", ".join(str(each["published"]) for each in published)
        raise ContainerRefused(Refusal.NO_SERVICE_PORT, published=_published(listed))
    if not ours and STAND_IN not in msgspec.json.encode(on_host).decode():
        raise ContainerRefused(Refusal.SERVICE_ON_HOST)
    for name, service in services.items():
        _refuse_replicas(name, service, ours)
        service["ports"] = [
            {**port, "published": STAND_IN, "host_ip": LOOPBACK}
            for port in service.get("ports", ())
            if port in ours
        ][:1]
    others = [port["published"] for port in published if port not in ours]
    return [f"port {other}: not published" for other in others]


def _refuse_replicas(
    name: str, service: Mapping[str, Any], ours: Sequence[Mapping[str, Any]]
) -> None:
    """Raise ``ContainerRefused`` if several containers publish the measured port."""
    replicas = (service.get("deploy") or {}).get("replicas")
    count = service.get("scale") or (1 if replicas is None else replicas)
    if count > 1 and any(port in ours for port in service.get("ports", ())):
        raise ContainerRefused(Refusal.REPLICAS, service=name, count=count)
