"""Chooses the port that `docker run` publishes for a check."""

from __future__ import annotations

from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.run_words import Option
from harness.deployment.containers.run_words import Run

PORT = "{port}"


LOOPBACK = "127.0.0.1"


NONE = "so nothing can be measured"
"""End of the error about a command that publishes no port."""


ON_HOST = (
    "has the network of this machine, and would listen where production does; have it "
    "listen on the port of the check, such as "
)
"""Beginning of the error about a server that is not told a free port."""


def networks_of(run: Run) -> set[str]:
    """The networks that a container is in, by name."""
    given = [each for each in run.options if each.name in ("network", "net")]
    return {network_of(each.value) for each in given}


def network_of(value: str) -> str:
    """A network option without the names by which a container would be found."""
    pairs = [each.partition("=") for each in value.split(",")]
    names = [given for name, equals, given in pairs if equals and name == "name"]
    return names[0] if names else value


def measured_port(run: Run) -> Option | None:
    """The option that publishes the measured port; ``None`` if none is needed."""
    given = [each for each in run.options if each.name == "publish"]
    published = [each for each in given if not each.value.endswith("/udp")]
    ours = [each for each in published if PORT in each.value]
    inside = {each.value.rpartition(":")[2].removesuffix("/tcp") for each in published}
    if not ours and len(inside) == 1:
        ours = published[:1]  # at several addresses
    for candidates in (published, [e for e in published if not is_for_tls(e.value)]):
        if not ours and len(candidates) == 1:
            ours = candidates  # which it is, is not in doubt
    if "host" in networks_of(run):
        _refuse_fixed_port(run)
        return ours[0] if ours else None
    if ours and ours[0].value != PORT:
        return ours[0]
    listed = ", ".join(each.value for each in published)
    if not listed and any(each.name == "publish-all" for each in run.options):
        listed = "whatever the image exposes"
    which = "and it cannot be told which is measured" if listed else NONE
    raise ContainerRefused(
        f"publishes {listed or 'no port'}, {which}; write "
        f"`-p {LOOPBACK}:{PORT}:8000`, with the port that the image listens on"
    )


def _refuse_fixed_port(run: Run) -> None:
    """Raise ``ContainerRefused`` if the server cannot be told which port to use.

    It would share that of production, if both use ``SO_REUSEPORT``.
    """
    given = [each.value for each in run.options if each.name == "env"]
    told = any(PORT in each or "=" not in each for each in given)
    if not told and not any(PORT in each for each in run.arguments):
        raise ContainerRefused(f"{ON_HOST}`--env PORT={PORT}`")


def is_for_tls(published: str) -> bool:
    """Whether a port is for TLS, and another one is published for plain requests."""
    port = published.rpartition(":")[2].partition("/")[0]
    return port in ("443", "8443")


def published_words(each: Option) -> tuple[str, ...]:
    """Publish the port that is measured to this machine only."""
    inside = each.value.rpartition(":")[2]
    return ("--publish", f"{LOOPBACK}:{PORT}:{inside}")
