"""What containers are found by: by programs that watch the engine.

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
"""Labels by which such programs pass over a container, whatever its image says."""

VARIABLES = frozenset(
    {"VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS", "LETSENCRYPT_HOST", "ACME_HOST"}
)
"""Variables by which nginx-proxy and its companion find containers."""


def emptied(theirs: Mapping[str, str | None]) -> dict[str, str]:
    """Those variables of a container that have to be empty."""
    return {name: "" for name in sorted(VARIABLES & set(theirs)) if theirs[name]}


def note(name: str) -> str:
    """What is said of a variable that is emptied."""
    return f"variable {name}: empty, as a proxy would send it requests of production"
