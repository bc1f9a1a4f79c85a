"""Servers' own counts of the requests that they are handling.

A counter might change what is measured, so servers run with it only here. gunicorn has
no such figure: its statsd counts ended requests, and its control socket reports only
workers.
"""

import contextlib
import json
import re
import socket
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.request import urlopen

SECONDS = 10.0

LISTEN_SECONDS = 0.6
"""How long to listen for reports of all processes."""


class Counter(NamedTuple):
    """A figure of a server about itself."""

    name: str
    options: tuple[str, ...] = ()
    """Options for the command, with the placeholder ``{stats}`` for a free port."""
    ask: Callable[[str, int], int] | None = None
    """Returns the number of requests being handled, given host and port of the
    figures."""
    after: float = 0.5
    """When to read it, as a fraction of the time that requests sleep."""
    queued: Callable[[str], int] | None = None
    """Returns the most requests that waited inside, given the server's output."""
    in_app: str = ""
    """Code that the app runs in a thread, if only the app can ask the server."""


def uwsgi_stats(host: str, port: int) -> int:
    """Return the number of cores with a request, from uWSGI's stats server."""
    with socket.create_connection((host, port), SECONDS) as connection:
        data = b"".join(iter(lambda: connection.recv(65_536), b""))
    workers = json.loads(data)["workers"]
    return sum(core["in_request"] for worker in workers for core in worker["cores"])


def granian_metrics(host: str, port: int) -> int:
    """Return the number of requests with a thread, from granian's metrics.

    They are up to a second old.
    """
    with urlopen(f"http://{host}:{port}/metrics", timeout=SECONDS) as answer:
        return granian_handled(answer.read().decode())


def granian_handled(metrics: str) -> int:
    """Return the connections of all workers, without those waiting for a thread."""
    gauge = r"^granian_(connections_active|blocking_queue)\S* (\d+)$"
    signs = {"connections_active": 1, "blocking_queue": -1}
    found = re.findall(gauge, metrics, re.MULTILINE)
    return sum(signs[name] * int(number) for name, number in found)


def waitress_queue(output: str) -> int:
    """Return the longest queue that waitress warned of, without running requests."""
    depths = re.findall(r"Task queue depth is (\d+)", output)
    return max(map(int, depths), default=0)


REPORT_BUSY_THREADS = """

def report_busy_threads():
    import os, socket, time
    import mod_wsgi

    mod_wsgi.start_recording_metrics()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        time.sleep(0.2)
        seen = mod_wsgi.request_metrics()
        busy = seen["capacity_utilization"] * seen["request_threads_maximum"]
        message = "%d %f" % (os.getpid(), busy)
        sender.sendto(message.encode(), ({host!r}, {stats}))


import threading

threading.Thread(target=report_busy_threads, daemon=True).start()
"""


def mod_wsgi_busy(host: str, port: int) -> int:
    """Return the number of threads in a request, from mod_wsgi's ``request_metrics``.

    Each process repeatedly sends the mean of the last fifth of a second.
    """
    busy: dict[bytes, float] = {}
    deadline = time.monotonic() + LISTEN_SECONDS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((host, port))
        while (left := deadline - time.monotonic()) > 0:
            receiver.settimeout(left)
            with contextlib.suppress(TimeoutError):
                process, number = receiver.recv(100).split()
                busy[process] = float(number)
    return round(sum(busy.values()))


COUNTERS = {
    "mod-wsgi": Counter(
        "request_metrics", ask=mod_wsgi_busy, in_app=REPORT_BUSY_THREADS
    ),
    "uwsgi": Counter("stats server", ("--stats", "{host}:{stats}"), ask=uwsgi_stats),
    "granian": Counter(
        "metrics",
        (
            *("--metrics", "--metrics-scrape-interval", "1"),
            *("--metrics-address", "{host}", "--metrics-port", "{stats}"),
        ),
        ask=granian_metrics,
        after=0.85,
    ),
    "waitress": Counter("queue depth in its log", queued=waitress_queue),
}
"""The counter of each server."""
