"""Explains which server a proxy could not reach, from its log and the open ports."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.app.attempts import AnswerSearch
from harness.deployment.app.other_protocols import with_protocol
from harness.deployment.remedies.failures import OUT_OF_MEMORY
from harness.probe.listeners import listened_on
from harness.probe.ready import Fault
from harness.probe.ready import NOT_YET
from harness.system.sockets import unix_sockets

BAD_GATEWAY = 502
"""The status with which a proxy says that it did not reach what is behind it."""

_UNREACHED = (
    # nginx
    r'connect\(\).*? failed \(\d+: (?P<why>[^)]*)\).* upstream: "(?P<at>[^"]*)"',
    # Caddy, Traefik and others in Go
    r"dial (?:tcp|unix) (?P<at>\S+): (?:connect: )?(?P<why>[a-z ]+)",
    # Apache
    r"\(\d+\)(?P<why>[^:]*): AH\d+: \S+ attempt to connect to (?P<at>\S+)",
    # HAProxy
    r"Server (?P<at>\S+) is DOWN, reason: (?P<why>[^,.]*)",
)
"""What proxies print about a server behind them that they cannot reach."""

_OF_A_REQUEST = re.compile(r"(?<=\w)/\.flask-concurrency/.*|:/\.flask-concurrency/.*")


class Unreached(NamedTuple):
    """An address that a proxy could not reach, and why, in its words."""

    address: str
    why: str


def unreached_address(log: str) -> Unreached | None:
    """The last address that a proxy reported as unreachable, and why.

    The formats are tried one after the other, and the first that is found counts.
    """
    for pattern in _UNREACHED:
        if found := [*re.finditer(pattern, log)]:
            at = _OF_A_REQUEST.sub("", found[-1]["at"])
            return Unreached(at, found[-1]["why"].strip())
    return None


def about_a_front(log: str, others: Sequence[str] | None) -> str:
    """What a proxy could not reach, and what to do about it.

    ``others`` are the ports and sockets, except the proxy's own, on which the server's
    processes listen; ``None`` if that cannot be seen.
    """
    where, found = "its output may say what it could not reach", unreached_address(log)
    if found is not None:
        where = f"it could not reach {found.address} ({found.why})"
    if found is not None and found.why == "Permission denied":
        return f"{where}; let the user of the proxy write to that socket"
    if others is None:
        return f"{where}; let the app listen there, on all addresses of its container"
    if others:
        listens = f"what it starts listens on {', '.join(others)}"
        return f"{where}, and {listens}; let both name the same address"
    return (
        f"{where}, and nothing that it starts listens there; find out why, or if it "
        "only needs more time to start, raise `--start-seconds`"
    )


def _others(search: AnswerSearch) -> list[str]:
    """Addresses of a server other than the port it was given."""
    processes = search.server.processes()
    ports = sorted(listened_on(processes) - {search.endpoint.port})
    # As `unix_sockets` gives them: /proc/PID/root, then the path that the server knows.
    sockets = {path.partition("/root")[2] for path in unix_sockets(processes)}
    return [*(f"port {port}" for port in ports), *sorted(filter(None, sockets))]


def out_of_time(
    fault: Fault, seconds: float, search: AnswerSearch, status: int | None, log: str
) -> Fault:
    """Why a server did not answer in time, and what to do about it.

    ``status`` is that of its last answer, ``log`` what it wrote to files.
    """
    if fault.not_http:
        return with_protocol(fault)
    remedy = fault.remedy
    log = search.server.tail() + log
    if status == BAD_GATEWAY or (status in NOT_YET and unreached_address(log)):
        remedy = about_a_front(log, None if search.is_client else _others(search))
    elif OUT_OF_MEMORY not in log:
        more = "`--start-seconds` allows more"
        remedy = "; ".join(filter(None, (more, remedy)))
    return fault._replace(
        problem=f"{fault.problem} within {seconds:g} seconds", remedy=remedy
    )
