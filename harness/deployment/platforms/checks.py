"""Health checks as the files of platforms write them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from harness.deployment.platforms.catalog import Checks
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.records.health import CheckBy
from harness.records.health import HealthCheck

_URL = re.compile(r"""https?://[^\s"'|;&]+""")
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SCALE = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

KUBERNETES = {"period": 10.0, "timeout": 1.0, "failures": 3}
COMPOSE = {"period": 30.0, "timeout": 30.0, "failures": 3}
APP_ENGINE = {"period": 30.0, "timeout": 4.0, "failures": 4}
FLY = {"period": 15.0, "timeout": 10.0, "failures": 1}


def check_of(
    kind: Checks, node: Node, path: Path, ports: Sequence[str]
) -> HealthCheck | None:
    """A health check; ``None`` where it runs a program that nothing is known of.

    ``ports`` are those of the app: another one is a port of the check's own.
    """
    match kind.form:
        case "kubernetes":
            given = _kubernetes(node, ports)
        case "compose":
            given = _compose(node)
        case "app-engine":
            given = _app_engine(node)
        case "fly" | "fly-tcp":
            given = _fly(
                node, by=CheckBy.TCP if kind.form == "fly-tcp" else CheckBy.HTTP
            )
    if given is None:
        return None
    return msgspec.structs.replace(
        given,
        then=kind.then,
        says=f"as {path.name}:{node.line} says",
        file=str(path),
        line=node.line,
        source=kind.source,
    )


def _value(node: Node, steps: str) -> str:
    found = find(node, steps)
    return found[0].node.text if found else ""


def _seconds(text: str, default: float) -> float:
    """A time such as ``1m30s``; a bare number is what ``default`` is in: seconds."""
    parts = _TIME.findall(text)
    if parts:
        return sum(float(number) * _SCALE[unit] for number, unit in parts) or default
    try:
        return float(text) or default
    except ValueError:
        return default


def _count(text: str, default: float) -> int:
    return int(text) if text.isdecimal() and int(text) else int(default)


def _kubernetes(node: Node, ports: Sequence[str]) -> HealthCheck | None:
    http = "httpGet" in node.items
    if not http and "tcpSocket" not in node.items:
        return None
    port = _value(node, "httpGet.port" if http else "tcpSocket.port")
    own = port.isdecimal() and bool(ports) and port not in ports[:1]
    headers = find(node, "httpGet.httpHeaders.*")
    return HealthCheck(
        by=CheckBy.HTTP if http else CheckBy.TCP,
        path=(_value(node, "httpGet.path") or "/") if http else "",
        port=int(port) if own else None,
        headers={_value(h.node, "name"): _value(h.node, "value") for h in headers},
        period=_seconds(_value(node, "periodSeconds"), KUBERNETES["period"]),
        timeout=_seconds(_value(node, "timeoutSeconds"), KUBERNETES["timeout"]),
        failures=_count(_value(node, "failureThreshold"), KUBERNETES["failures"]),
    )


def _compose(node: Node) -> HealthCheck | None:
    test = find(node, "test")
    if not test:
        return None
    words = [each.text for each in test[0].node.list] or [test[0].node.text]
    url = _URL.search(shlex.join(words)) if words else None
    if url is None:
        return None
    return HealthCheck(
        path=urlsplit(url[0]).path or "/",
        period=_seconds(_value(node, "interval"), COMPOSE["period"]),
        timeout=_seconds(_value(node, "timeout"), COMPOSE["timeout"]),
        failures=_count(_value(node, "retries"), COMPOSE["failures"]),
        after_answer=True,
    )


def _app_engine(node: Node) -> HealthCheck | None:
    return HealthCheck(
        path=_value(node, "path") or "/",
        period=_seconds(_value(node, "check_interval_sec"), APP_ENGINE["period"]),
        timeout=_seconds(_value(node, "timeout_sec"), APP_ENGINE["timeout"]),
        failures=_count(_value(node, "failure_threshold"), APP_ENGINE["failures"]),
    )


def _fly(node: Node, by: CheckBy) -> HealthCheck | None:
    return HealthCheck(
        by=by,
        path=_value(node, "path") or "/" if by is CheckBy.HTTP else "",
        headers={k: v.text for k, v in _headers(node).items()},
        period=_seconds(_value(node, "interval"), FLY["period"]),
        timeout=_seconds(_value(node, "timeout"), FLY["timeout"]),
        failures=int(FLY["failures"]),
    )


def _headers(node: Node) -> dict[str, Node]:
    return node.items["headers"].items if "headers" in node.items else {}
