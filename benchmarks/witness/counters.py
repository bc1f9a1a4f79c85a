"""What servers themselves count, where they count requests that are being handled.

Reading it must not change what is measured, so servers are started with it here only.
gunicorn's control socket and statsd, and granian's metrics, have no such figure: they
count requests that have ended.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from typing import NamedTuple

SECONDS = 10.0


class Counter(NamedTuple):
    """A figure of a server's own."""

    name: str
    options: tuple[str, ...] = ()
    """What its command needs, with the placeholder ``{stats}`` for a free port."""
    ask: Callable[[str, int], int] | None = None
    """Gives the requests being handled, by host and port of the figures."""
    queued: Callable[[str], int] | None = None
    """Gives the most requests that waited inside, by the server's output."""


def uwsgi_stats(host: str, port: int) -> int:
    """Cores that are in a request, by uWSGI's stats server."""
    with socket.create_connection((host, port), SECONDS) as connection:
        data = b"".join(iter(lambda: connection.recv(65_536), b""))
    workers = json.loads(data)["workers"]
    return sum(core["in_request"] for worker in workers for core in worker["cores"])


def waitress_queue(output: str) -> int:
    """The longest queue that waitress warned of; it does not count what runs."""
    depths = re.findall(r"Task queue depth is (\d+)", output)
    return max(map(int, depths), default=0)


COUNTERS = {
    "uwsgi": Counter("stats server", ("--stats", "{host}:{stats}"), ask=uwsgi_stats),
    "waitress": Counter("queue depth in its log", queued=waitress_queue),
}
"""By server."""
