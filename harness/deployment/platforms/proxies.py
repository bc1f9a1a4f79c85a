"""Reads the files of nginx and HAProxy: the limits and waits of a proxy."""

import re
from collections.abc import Iterator

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


def proxy_instances(platform: Platform, text: str) -> Iterator[Instance]:
    """The limits and timeouts of a proxy."""
    if platform.format == "haproxy":
        yield from _in_haproxy(platform, text)
    else:
        yield from _limits_in_nginx(platform, text)
        yield from _waits_in_nginx(platform, text)


def _limited(
    platform: Platform, line: int, name: str, key: str, value: str, beyond: str
) -> Instance:
    """The instance with the limit that a line says: ``key`` is its setting."""
    most, problem = number(key, value)
    return Instance(
        platform,
        name,
        line,
        most=most,
        of=platform.sends.of,
        written=key,
        because=beyond,
        problem=problem,
    )


def _limits_in_nginx(platform: Platform, text: str) -> Iterator[Instance]:
    """Limits of connections to a server, or of requests to all of them.

    A limit for each client says nothing about what all clients send together.
    """
    zones = {name: key for key, name in _NGINX_ZONE.findall(text)}
    for at, line in _lines(text):
        if server := _NGINX_SERVER.search(line + " "):
            name, value = server.groups()
            yield _limited(platform, at, name, "max_conns", value, BEYOND_MAX)
        elif limit := _NGINX_LIMIT.search(line):
            zone, value = limit.groups()
            if zones.get(zone) not in OF_CLIENTS:
                yield _limited(platform, at, zone, "limit_conn", value, BEYOND_NGINX)


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


def _waits_in_nginx(platform: Platform, text: str) -> Iterator[Instance]:
    """How long nginx waits: each setting in the file, or else the default.

    Connections to the server behind are kept where an upstream says ``keepalive``;
    nginx does so by itself from 1.29.7 on, which its file does not say.
    """
    idle, again = next(_kept(text), None), _tries_another(text)
    passes = next((at for at, line in _lines(text) if _PASSES.search(line)), 0)
    answers = [
        (at, _waited(seconds(written[2]), at, written[1], again))
        for at, line in _lines(text)
        if (written := _READ_TIMEOUT.search(line))
    ]
    if passes and not answers:
        answers = [(passes, Waited(NGINX_SECONDS, passes, "", again))]
    for at, answer in answers:
        yield Instance(platform, "", at, answer=answer, idle=idle)
        idle = None


def _waited(
    time: float | None, line: int, key: str, again: bool = False
) -> Waited | None:
    return Waited(time, line, key, again) if time else None


def _upstreams(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each ``upstream`` of nginx."""
    inside: list[tuple[int, str]] = []
    for at, line in _lines(text):
        if inside or _UPSTREAM.search(line):
            inside.append((at, line))
        if inside and "}" in line:
            yield inside
            inside = []


def _tries_another(text: str) -> bool:
    """Whether nginx tries another server when one takes too long to answer.

    It does by itself, unless the request may not be sent twice, such as a POST.
    """
    setting = _NEXT.search("\n".join(line for _, line in _lines(text)))
    several = any(
        sum(len(_SERVER.findall(line)) for _, line in lines) > 1
        for lines in _upstreams(text)
    )
    return several and (setting is None or "timeout" in setting[1])


def _kept(text: str) -> Iterator[Waited]:
    """How long each upstream with a keepalive keeps idle connections."""
    for lines in _upstreams(text):
        keeps = [at for at, line in lines if _KEEPS.search(line)]
        times = [
            _waited(seconds(written[1]), at, "keepalive_timeout")
            for at, line in lines
            if (written := _KEPT_FOR.search(line))
        ]
        if keeps:
            yield (times and times[-1]) or Waited(NGINX_SECONDS, keeps[-1])


def _in_haproxy(platform: Platform, text: str) -> Iterator[Instance]:
    """Limits of connections to a server, and how long HAProxy waits for an answer.

    Further connections wait in HAProxy. Bare numbers are milliseconds.
    """
    for at, line in _lines(text):
        if limit := _HAPROXY.match(line.strip()):
            name = limit[1] or "default-server"
            yield _limited(platform, at, name, "maxconn", limit[2], BEYOND_HAPROXY)
        elif written := _SERVER_TIMEOUT.match(line.strip()):
            answer = _waited(seconds(written[1], 0.001), at, "timeout server")
            yield Instance(platform, "", at, answer=answer)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, and their numbers."""
    for at, line in enumerate(text.splitlines(), start=1):
        yield at, line.partition("#")[0]
