"""Finds where a program in a container listens, if no published port leads there.

The engine accepts every connection to a published port, and closes it if nobody listens
inside.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.containers import engine
from harness.deployment.containers.engine import Container
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.records.files import text_if_there

_LISTENS = "0A"
"""The state of a listening socket in ``/proc/PID/net/tcp`` (``man 5 proc``)."""

_OF_ENGINE = "0B00007F"
"""127.0.0.11, where the engine resolves names."""


class ContainerSocket(NamedTuple):
    """A listening socket in a container."""

    port: int
    on_loopback: bool


def listens_on_loopback(running: Sequence[Container], port: int) -> Fault | None:
    """What to do about a container that listens only on its loopback address.

    ``None`` if nothing is wrong, or if that cannot be seen.
    """
    for inside, found in _published(running, port):
        same = [each for each in found if each.port == inside]
        if same and all(each.on_loopback for each in same):
            return Fault(
                "it listens on the loopback address of its container, where nothing "
                "outside connects",
                f"let it listen on 0.0.0.0:{inside}",
                cause_known=CauseKnown.SURELY,
            )
    return None


def listens_on_another_port(running: Sequence[Container], port: int) -> Fault | None:
    """What to do about a container that listens on a port that is not published."""
    for inside, found in _published(running, port):
        ports = sorted({each.port for each in found})
        if ports and inside not in ports:
            return Fault(
                f"it listens on port {', '.join(map(str, ports))} in its container, "
                f"and the published port leads to {inside}",
                f"let it listen on 0.0.0.0:{inside}, or publish the other",
                cause_known=CauseKnown.SURELY,
            )
    return None


def _published(
    running: Sequence[Container], port: int
) -> Iterator[tuple[int, list[ContainerSocket]]]:
    """The port in each container that publishes one, and where it listens."""
    for each in running:
        inside = each.ports.get(port)
        if inside is not None and engine.are_seen_here([each]):
            yield inside, [*_listening(each.process)]


def _listening(process: int) -> Iterator[ContainerSocket]:
    """The listening sockets in the network of a process."""
    for name in ("tcp", "tcp6"):
        text = text_if_there(Path(f"/proc/{process}/net/{name}"))
        yield from listening_in(text.splitlines()[1:])


def listening_in(lines: Sequence[str]) -> Iterator[ContainerSocket]:
    """The listening sockets in the lines of a table."""
    for words in map(str.split, lines):
        address, _, port = words[1].partition(":")
        if words[3] == _LISTENS and address != _OF_ENGINE:
            yield ContainerSocket(int(port, 16), _is_loopback(address))


def _is_loopback(address: str) -> bool:
    """Whether an address, as the kernel writes it, is one of 127.0.0.0/8 or ::1."""
    if len(address) == 8:
        return address.endswith("7F")
    return address == "00000000000000000000000001000000"
