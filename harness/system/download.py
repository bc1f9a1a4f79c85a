"""Fetches files over HTTPS, and sends records, within limits of time and size."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from urllib.parse import urlsplit

import harness
from harness.records.errors import UsageError
from harness.records.files import MOST_BYTES
from harness.records.text import without_user

if TYPE_CHECKING:
    import requests

SECONDS = 120.0
"""Longest time of a download."""

SILENCE = 20.0
"""Seconds to connect, and between two pieces of an answer."""

REDIRECTS = 5
"""Most redirects that are followed."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that may be reached without encryption: nobody is in between."""

NOT_THERE = (404, 410)


def fetch(
    url: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: Mapping[str, str] | None = None,
) -> bytes | None:
    """The content at an address; ``None`` if the server says that there is none.

    With another ``method`` it is what the server answers to ``body``, which is sent as
    JSON, and no redirect is followed. ``Authorization`` is not passed on to another
    host that the server redirects to. Name and password in an address are sent, but
    never shown in a message. Raises ``UsageError`` naming the address, the fault and a
    remedy.
    """
    import requests  # takes longer to import than all the rest

    shown = without_user(url)
    until = time.monotonic() + SECONDS
    agent = f"flask-concurrency-matrix/{harness.__version__}"
    with requests.Session() as session:
        session.max_redirects = REDIRECTS
        session.headers.update({"User-Agent": agent, **(headers or {})})
        session.hooks["response"] = [partial(_check_redirect, shown)]
        try:
            _check(shown, shown)
            # Without this, requests would use a .netrc entry for the host.
            own = requests.utils.get_auth_from_url(url)
            session.auth = own if any(own) else lambda request: request
            with session.request(
                method,
                url,
                json=body,
                timeout=SILENCE,
                allow_redirects=method == "GET",
                stream=True,
            ) as answer:
                return _content(answer, shown, until)
        except requests.TooManyRedirects:
            problem = f"it sends on more than {REDIRECTS} times"
        except (requests.RequestException, ValueError) as error:
            # A ValueError means that the text is not an address.
            problem = without_user(_innermost(error))
    raise _failed(shown, problem)


def _check_redirect(url: str, answer: requests.Response, **_: object) -> None:
    if answer.is_redirect:
        _check(url, urljoin(answer.url, answer.headers["Location"]))
        answer.close()  # its content is of no use, and could be endless


def _check(url: str, target: str) -> None:
    """Refuse an address, or the target of a redirect, that is not https."""
    parts = urlsplit(target)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    ):
        return
    where = "" if target == url else f" sends on to {target}, which"
    raise UsageError(f"{url}:{where} is not an https address; give one")


def _failed(url: str, problem: str) -> UsageError:
    return UsageError(
        f"{url}: could not be fetched: {problem}; check the address, and whether "
        "this machine can reach it"
    )


def _innermost(problem: Exception) -> str:
    """The innermost message: outer ones repeat the address and name libraries."""
    cause: BaseException = problem
    while isinstance(cause.args[:1], tuple) and cause.args:
        inner = getattr(cause.args[0], "reason", cause.args[0])
        if not isinstance(inner, BaseException):
            break
        cause = inner
    return str(cause).split(": ", 1)[-1] or type(problem).__name__


def _content(answer: requests.Response, url: str, until: float) -> bytes | None:
    if answer.status_code in NOT_THERE:
        return None
    if answer.status_code not in (200, 201):
        status = f"{answer.status_code} {answer.reason}"
        raise UsageError(f"{url}: answered {status}; {_remedy(answer.status_code)}")
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > MOST_BYTES:
            most = MOST_BYTES // 1024**2
            raise UsageError(f"{url}: is larger than {most} MiB; check the address")
        if time.monotonic() > until:
            raise _failed(url, f"it took longer than {SECONDS:.0f} s")
    return bytes(content)


def _remedy(status: int) -> str:
    if status in (401, 403):
        return "check what the address needs to be read"
    return "try again later" if status >= 429 else "check the address"
