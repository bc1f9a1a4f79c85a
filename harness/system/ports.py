"""Finds ports that nobody listens on."""

import random
import socket

# Below the range of ports that kernels give to outgoing connections, so that no
# connection of the probe can occupy the port before the server does.
PORTS = range(20_000, 30_000)


def free_port(host: str) -> int:
    """A port of ``host`` that is free now. Raises ``OSError`` if there is none."""
    return free_ports(host, 1)[0]


def free_ports(host: str, count: int) -> list[int]:
    """Several different free ports. Raises ``OSError`` if there are too few."""
    free: list[int] = []
    for port in random.sample(PORTS, 100):
        with socket.socket() as candidate:
            try:
                candidate.bind((host, port))
            except OSError:
                continue
            free.append(port)
        if len(free) == count:
            return free
    raise OSError(f"no {count} free ports on {host} among a hundred tried")
