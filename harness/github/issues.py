"""Knows how GitHub's REST API opens and changes an issue; must not know what it says.

Written from https://docs.github.com/en/rest/issues, and tested against a server that
answers as described there: it was not run against GitHub.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import requests

from harness.github.artifacts import headers
from harness.github.artifacts import Repository
from harness.github.artifacts import url_of
from harness.records.errors import UsageError
from harness.system import download

Kind = TypeVar("Kind")

BOT = "github-actions[bot]"
"""Who opens an issue with the token of a job."""

PAGE, PAGES = 100, 10

NEEDS = "the token needs `permissions: issues: write`"


class _Issue(msgspec.Struct):
    number: int
    body: str | None = None
    pull_request: object = None


def open_or_update(
    repository: Repository, mark: str, title: str, body: str, news: str
) -> int:
    """Have one open issue with ``mark`` in it; its number.

    One that is there gets the new text, and the news as a comment, which whoever
    watches it is told of. Only issues that the job's own token opened count: anybody
    can write the mark. Raises ``UsageError``.
    """
    number = _find(repository, mark)
    if number is None:
        said = {"title": title, "body": body}
        return _send(repository, "POST", "/issues", said, _Issue).number
    _send(repository, "PATCH", f"/issues/{number}", {"body": body}, _Issue)
    comment = f"/issues/{number}/comments"
    _send(repository, "POST", comment, {"body": news}, object)
    return number


def _find(repository: Repository, mark: str) -> int | None:
    """The oldest open issue with a mark."""
    for page in range(1, PAGES + 1):
        query = {
            **{"state": "open", "creator": BOT, "sort": "created", "direction": "asc"},
            **{"per_page": str(PAGE), "page": str(page)},
        }
        url = url_of(repository, f"/issues?{urlencode(query)}")
        content = download.fetch(url, headers(repository))
        if content is None:
            raise UsageError(f"{url}: there is nothing, or nothing to see; {NEEDS}")
        found = _decoded(url, content, list[_Issue])
        for each in found:
            if each.pull_request is None and mark in (each.body or ""):
                return each.number
        if len(found) < PAGE:
            break
    return None


def _send(
    repository: Repository,
    method: str,
    path: str,
    said: Mapping[str, str],
    kind: type[Kind],
) -> Kind:
    url = url_of(repository, path)
    try:
        answer = requests.request(
            method,
            url,
            json=said,
            headers=headers(repository),
            # Without this, what a .netrc has for the host would take its place.
            auth=lambda request: request,
            timeout=download.SILENCE,
            allow_redirects=False,
        )
    except requests.RequestException as problem:
        raise UsageError(f"{url}: could not be reached: {problem}; try again") from None
    if answer.status_code not in (200, 201):
        raise UsageError(
            f"{url}: answered {answer.status_code} {answer.reason}; {NEEDS}"
        )
    return _decoded(url, answer.content, kind)


def _decoded(url: str, content: bytes, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"{url}: is not what GitHub's REST API answers: {problem}; check what the "
            "runner gives as the address of the API"
        ) from None
