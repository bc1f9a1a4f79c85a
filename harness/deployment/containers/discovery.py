"""Variables and labels by which containers find each other through the engine.

Proxies such as Traefik and nginx-proxy send requests to whatever container says by its
labels or variables that it serves a name. One of a check would be sent a part of the
requests of production. So it keeps none of what its user wrote to be found by.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LABELS: Mapping[str, str] = MappingProxyType(
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
    because = "a proxy would send it requests of production"
    if name == ENGINE:
        because = "it would start and stop containers that nobody removes"
    return f"variable {name}: empty, as {because}"
