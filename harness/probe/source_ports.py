"""Learns which source ports lead to which workers."""

import contextlib
import random
import socket
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from harness.probe.probe import Probe

SOURCES = range(10_000, 20_000)
"""Source ports that are tried. They are below the ports that the kernel itself assigns,
of which some stay in use for a moment."""


Ports = Mapping[int, Sequence[int]]
"""Source ports by the process that they lead to."""


class LearnedPorts:
    """Source ports of requests, by the process that held them."""

    # Among sockets that share an address (SO_REUSEPORT) the kernel chooses by a hash of
    # both addresses and ports. As long as no such socket is closed or added, a port
    # leads to the same worker again.

    def __init__(self, host: str) -> None:
        self.ports: dict[int, list[int]] = defaultdict(list)
        self.sources = _free_ports(host)
        """Ports whose worker is unknown."""

    def learn(self, probe: Probe) -> None:
        """Record the source ports of the last round's requests."""
        for client in probe.batch.clients:
            process = probe.holds.where.get(client.name)
            if process is not None and client.source:
                self.ports[process].append(client.source)

    def known(self, workers: Sequence[int]) -> int:
        """Number of known ports that lead to each of these processes."""
        return min((len(self.ports[worker]) for worker in workers), default=0)


def _free_ports(host: str) -> Iterator[int]:
    """Free ports in random order, each tested when its turn comes."""
    for port in random.sample(SOURCES, len(SOURCES)):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                candidate.bind((host, port))
                yield port
