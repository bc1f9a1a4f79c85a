"""Reads the files of nginx and HAProxy: the limits and waits of a proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.deployment.platforms.catalog import Platform
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.instance import Waited
from harness.deployment.platforms.values import number
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
    """Name of the server or the zone."""
    value: str
    key: str
    beyond: str
    """What becomes of requests beyond it."""


def proxy_instances(platform: Platform, text: str) -> Iterator[Instance]:
    """The limits of a proxy, or only its waits if it has no limit."""
    in_nginx = platform.format == "nginx"
    for limit in (_limits_in_nginx if in_nginx else _limits_in_haproxy)(text):
        most, problem = number(limit.key, limit.value)
        yield Instance(
            platform,
            limit.name,
            limit.line,
            most=most,
            of=platform.sends.of,
            written=limit.key,
            because=limit.beyond,
            problem=problem,
        )
    for waits in (_waits_in_nginx if in_nginx else _waits_in_haproxy)(text):
        yield Instance(platform, "", waits.line, answer=waits.answer, idle=waits.idle)


def _limits_in_nginx(text: str) -> Iterator[ProxyLimit]:
    """Limits of connections to a server, or of requests to all of them.

    A limit for each client says nothing of what all clients send together.
    """
    zones = {name: key for key, name in _NGINX_ZONE.findall(text)}
    for at, line in _lines(text):
        if server := _NGINX_SERVER.search(line + " "):
            name, value = server.groups()
            yield ProxyLimit(at, name, value, "max_conns", BEYOND_MAX)
        elif limit := _NGINX_LIMIT.search(line):
            zone, value = limit.groups()
            if zones.get(zone) not in OF_CLIENTS:
                yield ProxyLimit(at, zone, value, "limit_conn", BEYOND_NGINX)


def _limits_in_haproxy(text: str) -> Iterator[ProxyLimit]:
    """Limits of connections to a server; further ones wait in HAProxy."""
    for at, line in _lines(text):
        if limit := _HAPROXY.match(line.strip()):
            name = limit[1] or "default-server"
            yield ProxyLimit(at, name, limit[2], "maxconn", BEYOND_HAPROXY)


class ProxyWaits(NamedTuple):
    """How long a proxy waits for an answer, and keeps an idle connection."""

    line: int
    answer: Waited | None
    idle: Waited | None = None


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


def _waits_in_nginx(text: str) -> Iterator[ProxyWaits]:
    """How long nginx waits: each setting in the file, or else the default.

    Connections to the server behind are kept where an upstream says ``keepalive``;
    nginx does so by itself from 1.29.7 on, which its file does not say.
    """
    idle, again = next(_kept(text), None), _tries_another(text)
    passes = 0
    found = False
    for at, line in _lines(text):
        passes = passes or (at if _PASSES.search(line) else 0)
        if written := _READ_TIMEOUT.search(line):
            found = True
            answer = _waited(seconds(written[2]), at, written[1], again)
            yield ProxyWaits(at, answer, idle)
            idle = None
    if passes and not found:
        yield ProxyWaits(passes, Waited(NGINX_SECONDS, passes, "", again), idle)


def _waited(
    time: float | None, line: int, key: str, again: bool = False
) -> Waited | None:
    return Waited(time, line, key, again) if time else None


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


def _kept(text: str) -> Iterator[Waited]:
    """How long each upstream with a keepalive keeps idle connections."""
    inside, keeps = False, 0
    kept_for: Waited | None = None
    for at, line in _lines(text):
        inside = inside or bool(_UPSTREAM.search(line))
        if inside and _KEEPS.search(line):
            keeps = at
        if inside and (written := _KEPT_FOR.search(line)):
            kept_for = _waited(seconds(written[1]), at, "keepalive_timeout")
        if inside and "}" in line:
            if keeps:
                yield kept_for or Waited(NGINX_SECONDS, keeps)
            inside, keeps, kept_for = False, 0, None


def _waits_in_haproxy(text: str) -> Iterator[ProxyWaits]:
    """How long HAProxy waits for an answer: each setting in the file.

    Bare numbers are milliseconds.
    """
    for at, line in _lines(text):
        if written := _SERVER_TIMEOUT.match(line.strip()):
            time = seconds(written[1], 0.001)
            yield ProxyWaits(at, _waited(time, at, "timeout server"))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, and their numbers."""
    for at, line in enumerate(text.splitlines(), start=1):
        yield at, line.partition("#")[0]
