"""Finds out where in a server the Flask app is mounted, or why it is not reached."""

import math
import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from harness.deployment.prepare import Prepared
from harness.probe.clients import Client
from harness.probe.listeners import belongs_to_others
from harness.probe.listeners import listened_on
from harness.probe.messages import ClientRequest
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
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


WITHOUT_VARIABLES = Fault(
    "it was started without the variables of the check, as by `tox`, `sudo` or "
    "`env -i`",
    "let PYTHONPATH, PYTHONWARNINGS and FLASK_CONCURRENCY_* through to it (`pass_env` "
    "of tox, `-E` of sudo)",
)


def also_listens(port: int) -> Fault:
    """The error if a server shares its port with another program."""
    return Fault(
        f"another program listens on port {port} as well, and gets some of the "
        "requests (SO_REUSEPORT)",
        "end that program first",
    )


def wrong_program(
    port: int, processes: Sequence[int], seen: Collection[str]
) -> Fault | None:
    """Why the answer is not from the app with the hook, as far as processes show."""
    if belongs_to_others(port, processes):
        return Fault(f"another program answers on port {port}, which it did not get")
    if "flask" not in seen and lacks_variables(port, processes):
        return WITHOUT_VARIABLES
    return None


def lacks_variables(port: int, processes: Iterable[int]) -> bool:
    """Whether a process that listens on a port lacks the hook's variables.

    Processes that write a title over their variables, as nginx does, show nothing.
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

    def fault_of(client: Client) -> Fault | None:
        if client.status is not None and client.status < 500:
            return None
        said = unanswered(client) or f"it answered {client.status}"
        return Fault(f"{path}: {said}")

    asked = ClientRequest(path, headers)
    await wait_ready(
        server, endpoint, seconds, fault_of, request=asked, errors_believed=math.inf
    )


def _no_flask(status: int, seen: Collection[str]) -> Fault | None:
    """Why there is no Flask app, judging by imported modules.

    ``None`` if there may be one.
    """
    if status >= 500 and "python" in seen and "flask" not in seen:
        # The import of Flask may be what failed.
        return Fault("nothing there has imported Flask")
    others = [title for name, title in FRAMEWORKS.items() if name in seen]
    if "quart" in seen or (others and "flask" not in seen):
        is_other = f"it is a {others[0]} app"
    elif "fastapi" in seen and "flask" not in seen:
        is_other = "it is a FastAPI app without Flask"
    elif "python" in seen and "flask" not in seen:
        is_other = "nothing there imported Flask"
    else:
        return None
    return Fault(
        f"{is_other}, and only Flask apps are measured", cause_known=CauseKnown.LIKELY
    )


def _host(location: str) -> str:
    """The host that a redirect leads to; empty if it only names a path."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        return ""
    return host if re.fullmatch(r"[A-Za-z0-9.-]+", host) else ""


def not_reached(client: Client, path: str, seen: Collection[str] = ()) -> Fault:
    """What answered in place of the probe's route, and which key of the file helps.

    ``seen`` is what the hook saw in the processes of the server: Python, Flask, other
    frameworks. It may see nothing.
    """
    status = client.status or 0
    answered = f"it answered {client.status}{f' below {path}' if path else ''}"
    if other := _no_flask(status, seen):
        return other._replace(problem=f"{answered}: {other.problem}")
    fault = _in_front(client) or _no_app(status, path, seen)
    problem = f"{answered} in place of the probe's route, so {fault.problem}"
    return fault._replace(problem=problem, cause_known=CauseKnown.LIKELY)


def _in_front(client: Client) -> Fault | None:
    """What in front of Flask may have answered, and what helps."""
    location = dict(client.received).get("location", "")
    if client.status in _REDIRECTS and location.startswith("https://"):
        return Fault(
            "something in front of Flask sends every request to https",
            'give what a proxy would set: headers = { X-Forwarded-Proto = "https" }',
        )
    if client.status in _REDIRECTS:
        host = _host(location) or "shop.example"
        return Fault(
            "something in front of Flask redirects every request",
            "give the headers that let one through, such as headers = "
            f'{{ Host = "{host}" }}',
        )
    if client.status == 400 and _HOST.search(client.body[:500].decode("latin-1")):
        return Fault(
            "something in front of Flask takes requests for some hosts only",
            'name one: headers = { Host = "shop.example" }',
        )
    if client.status in (401, 403):
        return Fault(
            "something in front of Flask lets only some requests through",
            'give their headers: headers = { Authorization = "…" }',
        )
    if client.status in (502, 503, 504):
        closed = client.status == 503
        reason = ", or lets nobody in, as for maintenance" if closed else ""
        return Fault(
            f"what stands in front has not reached the app{reason}",
            "its output may say why",
        )
    return None


def _no_app(status: int, path: str, seen: Collection[str]) -> Fault:
    """What an answer means that shows no sign of a Flask app, and what helps."""
    ignores = "" if "flask" in seen else f"; otherwise {IGNORES}"
    if status == 404:
        other = "another path" if path else "a path"
        return Fault(
            "no Flask app is there",
            f'if it is mounted below {other}, write it: below = "/shop"{ignores}',
        )
    if status >= 500:
        return Fault(
            "no Flask app was reached: look for an error in what it printed",
            f'if it is mounted below a path, write below = "/shop"{ignores}',
        )
    return Fault(
        'no Flask app was reached: write below = "/shop" if it is mounted below a path',
        ignores.removeprefix("; "),
    )
