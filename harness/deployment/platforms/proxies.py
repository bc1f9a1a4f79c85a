"""Limits in the files of nginx and HAProxy, which send requests on to a server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NGINX_SERVER = re.compile(r"server\s+([^\s;{]+)[^;{]*\bmax_conns=(\S+?)[;\s]")
_NGINX_LIMIT = re.compile(r"limit_conn\s+(\S+)\s+([^\s;]+)\s*;")
_NGINX_ZONE = re.compile(r"limit_conn_zone\s+(\S+)\s+zone=([^:;\s]+)")
_HAPROXY = re.compile(r"(?:server\s+(\S+)\s+\S+|default-server)\b.*?\bmaxconn\s+(\S+)")

OF_CLIENTS = ("$binary_remote_addr", "$remote_addr")


BEYOND_MAX = "beyond that nginx passes on no more"
BEYOND_NGINX = "beyond that nginx answers 503"
BEYOND_HAPROXY = "beyond that they wait in HAProxy"


class ProxyLimit(NamedTuple):
    """One limit."""

    line: int
    name: str
    """Of the server or the zone."""
    value: str
    key: str
    beyond: str
    """What becomes of what is beyond it."""


def in_nginx(text: str) -> Iterator[ProxyLimit]:
    """Limits of connections to a server, or of requests to all of them.

    A limit for each client says nothing of what all clients send together.
    """
    zones = {name: key for key, name in _NGINX_ZONE.findall(text)}
    for number, line in _lines(text):
        if server := _NGINX_SERVER.search(line + " "):
            name, value = server.groups()
            yield ProxyLimit(number, name, value, "max_conns", BEYOND_MAX)
        elif limit := _NGINX_LIMIT.search(line):
            zone, value = limit.groups()
            if zones.get(zone) not in OF_CLIENTS:
                yield ProxyLimit(number, zone, value, "limit_conn", BEYOND_NGINX)


def in_haproxy(text: str) -> Iterator[ProxyLimit]:
    """Limits of connections to a server; further ones wait in HAProxy."""
    for number, line in _lines(text):
        if limit := _HAPROXY.match(line.strip()):
            name = limit[1] or "default-server"
            yield ProxyLimit(number, name, limit[2], "maxconn", BEYOND_HAPROXY)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, and their numbers."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, line.partition("#")[0]
