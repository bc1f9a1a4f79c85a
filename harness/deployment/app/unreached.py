"""Finds out where in a server the Flask app is mounted, or why it is not reached."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from harness.deployment.prepare import Prepared
from harness.probe.clients import Client
from harness.probe.listeners import listened_on
from harness.probe.messages import ClientRequest
from harness.probe.ready import unanswered
from harness.probe.ready import wait_ready
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.system.process import ProcessTree

_REDIRECTS = (301, 302, 303, 307, 308)
_HOST = re.compile(r"\bhost\b", re.IGNORECASE)


def below(prepared: Prepared) -> str:
    """The path that the app is mounted below, by its file or by ``SCRIPT_NAME``."""
    given = prepared.deployment.below
    if given is None:
        given = prepared.where.variables.get("SCRIPT_NAME", "")
    path = given.rstrip("/")
    return path if path.startswith("/") else ""


FRAMEWORKS = {"quart": "Quart", "django": "Django", "bottle": "Bottle"}
"""Frameworks whose apps are not Flask apps; FastAPI may have Flask mounted."""

IGNORES = (
    "its Python may ignore PYTHONPATH (`-I`, `-E`), or have been started without "
    "variables, as by `sudo`, `env -i` or `systemd-socket-activate`"
)


WITHOUT_VARIABLES = (
    "it was started without the variables of the check, as by `tox`, `sudo` or "
    "`env -i`; let PYTHONPATH, PYTHONWARNINGS and FLASK_CONCURRENCY_* through to it "
    "(`pass_env` of tox, `-E` of sudo)"
)


def lacks_variables(port: int, processes: Iterable[int]) -> bool:
    """Whether a process that listens on a port lacks the hook's variables.

    Those that write their title over their variables, as nginx does, tell nothing.
    """
    for process in processes:
        if port not in listened_on([process]):
            continue
        try:
            variables = Path(f"/proc/{process}/environ").read_bytes()
        except OSError:
            continue
        if variables.startswith(b"PATH=") or b"\0PATH=" in variables:
            return b"FLASK_CONCURRENCY_" not in variables
    return False


async def wait_until_answered(
    server: ProcessTree, endpoint: Endpoint, path: str, headers: Headers, seconds: float
) -> None:
    """Wait for an answer with a status below 500. Raises ``NotAnswering``."""

    def fault_of(client: Client) -> str | None:
        if client.status is not None and client.status < 500:
            return None
        return f"{path}: {unanswered(client) or f'it answered {client.status}'}"

    asked = ClientRequest(path, headers)
    await wait_ready(
        server, endpoint, seconds, fault_of, request=asked, errors_believed=math.inf
    )


def _no_flask(status: int, seen: Collection[str]) -> str:
    """Why there is no Flask app, judging by imported modules; empty if there may be
    one.
    """
    if status >= 500 and "python" in seen and "flask" not in seen:
        return "nothing there has imported Flask"  # which may have been what failed
    others = [title for name, title in FRAMEWORKS.items() if name in seen]
    if "quart" in seen or (others and "flask" not in seen):
        return f"it is a {others[0]} app, and only Flask apps are measured"
    if "fastapi" in seen and "flask" not in seen:
        return "it is a FastAPI app without Flask, and only Flask apps are measured"
    if "python" in seen and "flask" not in seen:
        return "nothing there imported Flask, and only Flask apps are measured"
    return ""


def _host(location: str) -> str:
    """The host that a redirect leads to; empty if it only names a path."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        return ""
    return host if re.fullmatch(r"[A-Za-z0-9.-]+", host) else ""


def not_reached(client: Client, path: str, seen: Collection[str] = ()) -> str:
    """What answered in place of the probe's route, and which key of the file helps.

    ``seen`` is what the hook saw in the processes of the server: Python, Flask, other
    frameworks. It may see nothing.
    """
    status = client.status or 0
    answered = f"it answered {client.status}{f' below {path}' if path else ''}"
    if why := _no_flask(status, seen):
        return f"{answered}: {why}"
    if in_front := _in_front(client):
        return f"{answered} in place of the probe's route, so {in_front}"
    ignores = "" if "flask" in seen else f"; otherwise {IGNORES}"
    no_app = _no_app(status, path)
    return f"{answered} in place of the probe's route, so {no_app}{ignores}"


def _in_front(client: Client) -> str:
    """What in front of Flask may have answered, and what helps; empty if nothing."""
    location = dict(client.received).get("location", "")
    if client.status in _REDIRECTS and location.startswith("https://"):
        return (
            "something in front of Flask sends every request to https; give what a "
            'proxy would set: headers = { X-Forwarded-Proto = "https" }'
        )
    if client.status in _REDIRECTS:
        host = _host(location) or "shop.example"
        return (
            "something in front of Flask redirects every request; give the headers "
            f'that let one through, such as headers = {{ Host = "{host}" }}'
        )
    if client.status == 400 and _HOST.search(client.body[:500].decode("latin-1")):
        return (
            "something in front of Flask takes requests for some hosts only; name one: "
            'headers = { Host = "shop.example" }'
        )
    if client.status in (401, 403):
        return (
            "something in front of Flask lets only some requests through; give their "
            'headers: headers = { Authorization = "…" }'
        )
    if client.status in (502, 503, 504):
        closed = client.status == 503
        reason = ", or lets nobody in, as for maintenance" if closed else ""
        return (
            f"what stands in front has not reached the app{reason}; its output may say "
            "why"
        )
    return ""


def _no_app(status: int, path: str) -> str:
    """What an answer means that has nothing of a Flask app, and what helps."""
    if status == 404:
        other = "another path" if path else "a path"
        return (
            f"no Flask app is there; if it is mounted below {other}, write it: below = "
            '"/shop"'
        )
    if status >= 500:
        return (
            "no Flask app was reached: look for an error in what it printed; if it is "
            'mounted below a path, write below = "/shop"'
        )
    return (
        'no Flask app was reached: write below = "/shop" if it is mounted below a path'
    )
