"""Limits in the files of nginx and HAProxy, which send requests on to a server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.deployment.platforms.values import seconds

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


class ProxyWaits(NamedTuple):
    """How long a proxy waits for an answer, and keeps an idle connection."""

    line: int
    answer: float | None
    key: str = ""
    """The setting; empty for the default."""
    idle: float | None = None
    idle_line: int = 0
    idle_key: str = ""
    again: bool = False
    """Whether a request that it gives up on is sent to another server."""


_PASSES = re.compile(r"\b(proxy|uwsgi)_pass\s")
_READ_TIMEOUT = re.compile(r"\b((?:proxy|uwsgi)_read_timeout)\s+([^;\s]+)\s*;")
_NEXT = re.compile(r"\b(?:proxy|uwsgi)_next_upstream\s+([^;]+);")
_SERVER = re.compile(r"\bserver\s+[^\s{]")
_UPSTREAM = re.compile(r"\bupstream\s+\S+\s*{")
_KEEPS = re.compile(r"\bkeepalive\s+\d+")
_KEPT_FOR = re.compile(r"\bkeepalive_timeout\s+([^;\s]+)")
_SERVER_TIMEOUT = re.compile(r"timeout\s+server\s+(\S+)")

NGINX_SECONDS = 60.0
"""``proxy_read_timeout`` and the ``keepalive_timeout`` of an upstream, by default:
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout and
https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout"""


def waits_in_nginx(text: str) -> Iterator[ProxyWaits]:
    """How long nginx waits, each time that is written, or else by default.

    Connections to the server behind are kept where an upstream says ``keepalive``;
    nginx does so by itself from 1.29.7 on, which its file does not say.
    """
    idle = next(_kept(text), ProxyWaits(0, None))
    idle = idle._replace(again=_tries_another(text))
    passes = 0
    found = False
    for number, line in _lines(text):
        passes = passes or (number if _PASSES.search(line) else 0)
        if written := _READ_TIMEOUT.search(line):
            found = True
            own = idle._replace(line=number, answer=seconds(written[2]), key=written[1])
            yield own
            idle = ProxyWaits(0, None, again=own.again)
    if passes and not found:
        yield idle._replace(line=passes, answer=NGINX_SECONDS)


def _tries_another(text: str) -> bool:
    """Whether nginx sends a request to another server when one takes too long.

    It does by itself, unless the request may not be sent twice, such as a POST.
    """
    said = _NEXT.search("\n".join(line for _, line in _lines(text)))
    inside, servers, most = False, 0, 0
    for _, line in _lines(text):
        inside = inside or bool(_UPSTREAM.search(line))
        servers += len(_SERVER.findall(line)) if inside else 0
        most = max(most, servers)
        if inside and "}" in line:
            inside, servers = False, 0
    return most > 1 and (said is None or "timeout" in said[1])


def _kept(text: str) -> Iterator[ProxyWaits]:
    """The upstreams that keep idle connections."""
    inside, keeps, kept_for = False, 0, ProxyWaits(0, None)
    for number, line in _lines(text):
        inside = inside or bool(_UPSTREAM.search(line))
        if inside and _KEEPS.search(line):
            keeps = number
        if inside and (written := _KEPT_FOR.search(line)):
            time = seconds(written[1])
            kept_for = ProxyWaits(0, None, "", time, number, "keepalive_timeout")
        if inside and "}" in line:
            if keeps:
                default = ProxyWaits(0, None, "", NGINX_SECONDS, keeps)
                yield kept_for if kept_for.idle else default
            inside, keeps, kept_for = False, 0, ProxyWaits(0, None)


def waits_in_haproxy(text: str) -> Iterator[ProxyWaits]:
    """How long HAProxy waits for an answer, each time that is written.

    Bare numbers are milliseconds.
    """
    for number, line in _lines(text):
        if written := _SERVER_TIMEOUT.match(line.strip()):
            yield ProxyWaits(number, seconds(written[1], 0.001), "timeout server")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, and their numbers."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, line.partition("#")[0]
