"""Knows how a file is had over HTTPS within limits of time and size; must not know what
is in it, nor whose it is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urljoin
from urllib.parse import urlsplit

import requests

import harness
from harness.records.errors import UsageError

MOST_BYTES = 64 * 1024 * 1024
"""No report is larger, nor an artifact with one."""

SECONDS = 120.0
"""All of a download; what takes longer is given up."""

SILENCE = 20.0
"""Seconds to connect, and between two pieces of an answer."""

REDIRECTS = 5

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The only hosts that may be asked without encryption: nobody is in between."""

NOT_THERE = (404, 410)

_KEEP = ("authorization",)


def fetch(url: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """What an address holds; ``None`` where the server says that there is nothing.

    ``Authorization`` is for the first host only, and not for one that it sends on to.
    Raises ``UsageError`` naming the address, the fault and a remedy.
    """
    until = time.monotonic() + SECONDS
    asked, sent = url, dict(headers or {})
    with requests.Session() as session:
        for _ in range(REDIRECTS + 1):
            _check(url, asked)
            try:
                found = _once(session, asked, sent, until)
            except requests.RequestException as problem:
                raise _failed(url, _plain(problem)) from None
            if not isinstance(found, str):
                return found
            onward = urljoin(asked, found)
            if urlsplit(onward).netloc != urlsplit(asked).netloc:
                sent = {k: v for k, v in sent.items() if k.lower() not in _KEEP}
            asked = onward
    raise _failed(url, f"it sends on more than {REDIRECTS} times")


def _check(url: str, asked: str) -> None:
    parts = urlsplit(asked)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    ):
        return
    where = "" if asked == url else f" sends on to {asked}, which"
    raise UsageError(f"{url}:{where} is not an https address; give one")


def _failed(url: str, problem: str) -> UsageError:
    return UsageError(
        f"{url}: could not be fetched: {problem}; try the address by hand"
    )


def _plain(problem: requests.RequestException) -> str:
    """The innermost words: the outer ones repeat the address and name our library."""
    cause: BaseException = problem
    while isinstance(cause.args[:1], tuple) and cause.args:
        inner = getattr(cause.args[0], "reason", cause.args[0])
        if not isinstance(inner, BaseException):
            break
        cause = inner
    return str(cause).split(": ", 1)[-1] or type(problem).__name__


def _once(
    session: requests.Session, url: str, headers: Mapping[str, str], until: float
) -> bytes | str | None:
    """Ask once: the content, nothing, or where it sends on to."""
    agent = {"User-Agent": f"flask-concurrency-matrix/{harness.__version__}"}
    with session.get(
        url,
        headers={**agent, **headers},
        # Without this, what a .netrc has for the host would take the place of ours.
        auth=lambda request: request,
        timeout=SILENCE,
        allow_redirects=False,
        stream=True,
    ) as answer:
        if answer.is_redirect:
            return answer.headers["Location"]
        if answer.status_code in NOT_THERE:
            return None
        if answer.status_code != 200:
            raise UsageError(
                f"{url}: answered {answer.status_code} {answer.reason}{_why(answer)}"
            )
        return _content(answer, url, until)


def _why(answer: requests.Response) -> str:
    """What to do about some answers."""
    if answer.status_code in (401, 403):
        return "; check what the address needs to be read"
    return "; try again later" if answer.status_code >= 429 else "; check the address"


def _content(answer: requests.Response, url: str, until: float) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > MOST_BYTES:
            raise UsageError(
                f"{url}: is larger than {MOST_BYTES // 1024**2} MiB, which no report "
                "is; check the address"
            )
        if time.monotonic() > until:
            raise _failed(url, f"it took longer than {SECONDS:.0f} s")
    return bytes(content)
