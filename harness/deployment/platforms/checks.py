"""Reads health checks from the files of platforms."""

import re
import shlex
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from harness.deployment.platforms.catalog import Checks
from harness.deployment.platforms.instance import last_step
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import text_at
from harness.deployment.platforms.values import seconds
from harness.records.health import CheckBy
from harness.records.health import HealthCheck

_URL = re.compile(r"""https?://[^\s"'|;&]+""")


class Form(NamedTuple):
    """The names that a platform gives the settings of a check."""

    period: str
    timeout: str
    failures: str
    unit: float = 1.0
    """Seconds in the unit of a bare number."""
    path: str = ""
    """Place of the path that the check requests."""
    by: str = ""
    """Place of the protocol; without it, HTTP if there is a path."""
    always: CheckBy | None = None
    """The only protocol that it knows."""


_COMPOSE = Form("interval", "timeout", "retries")
_FLY = Form("interval", "timeout", "", 0.001, "path", always=CheckBy.HTTP)
_TERRAFORM = Form(
    "period_seconds", "timeout_seconds", "failure_threshold", path="http_get.0.path"
)
FORMS = {
    "kubernetes": Form("periodSeconds", "timeoutSeconds", "failureThreshold"),
    "kubernetes-terraform": _TERRAFORM,
    "compose": _COMPOSE,
    "ecs": _COMPOSE,
    "fly": _FLY,
    "fly-tcp": _FLY._replace(always=CheckBy.TCP),
    "app-engine": Form(
        "check_interval_sec",
        "timeout_sec",
        "failure_threshold",
        path="path",
        always=CheckBy.HTTP,
    ),
    "app-runner": Form(
        "Interval", "Timeout", "UnhealthyThreshold", path="Path", by="Protocol"
    ),
    "digitalocean": _TERRAFORM._replace(path="http_path"),
    "render": Form("", "", "", always=CheckBy.HTTP),
}

WORDS = {
    "period": "every {:g} s",
    "timeout": "{:g} s to answer",
    "failures": "{:g} as the number of failures",
}
"""How an assumed setting is described."""


def first_check(
    kinds: Sequence[Checks],
    path: Path,
    at: Callable[[str], Node | None],
    instance: Node,
) -> tuple[HealthCheck | None, str]:
    """The first health check that can be sent, and how an earlier one works.

    The earlier one cannot be sent. ``at`` finds what stands at a place of
    the file.
    """
    not_asked = ""
    ports = [text_at(e.node, "containerPort") for e in find(instance, "ports.*")]
    for kind in kinds:
        nodes = at(kind.at)
        if nodes is None:
            continue
        if check := _check_of(kind, nodes, path, ports):
            return check, not_asked
        name = last_step(kind.at).removeprefix("/")
        how = f"{name} in line {nodes.line} {_by_program(kind, nodes)}"
        not_asked = not_asked or how
    return None, not_asked


def _check_of(
    kind: Checks, node: Node, path: Path, ports: Sequence[str]
) -> HealthCheck | None:
    """A health check; ``None`` if it runs an unknown program.

    ``ports`` are those of the app: another one is a port of the check's own.
    """
    match kind.form:
        case "kubernetes":
            given = _kubernetes(node, ports)
        case "compose" | "ecs":
            given = _compose(node)
        case _:
            given = _by_form(FORMS[kind.form], node)
    if given is None:
        return None
    return msgspec.structs.replace(
        given,
        **_settings(kind, node),
        then=kind.then,
        says=f"as {path.name}:{node.line} says{_assumed(kind, node)}",
        file=str(path),
        line=node.line,
        source=kind.source,
    )


def _by_program(kind: Checks, node: Node) -> str:
    """How a health check that cannot be sent from outside works."""
    if kind.form == "kubernetes" and "grpc" in node.items:
        return "asks by gRPC"
    words = "exec" if kind.form == "kubernetes" else "test"
    return f"runs a program in the container ({words})"


def _settings(kind: Checks, node: Node) -> dict[str, Any]:
    """The three settings of a check, by its file or by default."""
    form, default = FORMS[kind.form], kind.defaults
    failures = text_at(node, form.failures)
    return {
        "period": seconds(text_at(node, form.period), form.unit) or default.period,
        "timeout": seconds(text_at(node, form.timeout), form.unit) or default.timeout,
        "failures": int(failures if failures.isdecimal() else 0) or default.failures,
    }


def _assumed(kind: Checks, node: Node) -> str:
    """Which settings are assumed, as the end of a clause; empty if none is."""
    form, default = FORMS[kind.form], kind.defaults
    words = [
        WORDS[name].format(getattr(default, name))
        for name in default.assumed
        if not text_at(node, getattr(form, name))
    ]
    if not words:
        return ""
    verb = "is" if len(words) == 1 else "are"
    return f"; {' and '.join(words)} {verb} assumed, since no page documents a default"


def _kubernetes(node: Node, ports: Sequence[str]) -> HealthCheck | None:
    http = "httpGet" in node.items
    if not http and "tcpSocket" not in node.items:
        return None
    port = text_at(node, "httpGet.port" if http else "tcpSocket.port")
    own = port.isdecimal() and bool(ports) and port not in ports[:1]
    headers = find(node, "httpGet.httpHeaders.*")
    return HealthCheck(
        by=CheckBy.HTTP if http else CheckBy.TCP,
        path=(text_at(node, "httpGet.path") or "/") if http else "",
        port=int(port) if own else None,
        headers={text_at(h.node, "name"): text_at(h.node, "value") for h in headers},
    )


def _by_form(form: Form, node: Node) -> HealthCheck:
    """A check with a path or a protocol; one with neither is by TCP."""
    path = text_at(node, form.path) or node.text
    by_http = text_at(node, form.by).upper() == "HTTP" if form.by else bool(path)
    by = form.always or (CheckBy.HTTP if by_http else CheckBy.TCP)
    headers = {each.name: each.node.text for each in find(node, "headers.*")}
    path = (path or "/") if by is CheckBy.HTTP else ""
    return HealthCheck(by=by, path=path, headers=headers)


def _compose(node: Node) -> HealthCheck | None:
    test = find(node, "test") or find(node, "command") or find(node, "Command")
    if not test:
        return None
    words = [each.text for each in test[0].node.list] or [test[0].node.text]
    url = _URL.search(shlex.join(words)) if words else None
    if url is None:
        return None
    return HealthCheck(path=urlsplit(url[0]).path or "/", after_answer=True)
