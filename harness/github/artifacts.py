"""Knows how GitHub's REST API tells of the artifacts of a repository; must not know the
runner, nor what a report says.

Written from https://docs.github.com/en/rest/actions/artifacts and
https://docs.github.com/en/rest/actions/workflow-runs, and tested against a server that
answers as described there: it was not run against GitHub.

An artifact counts if a run on the default branch of the repository itself made it. A
branch of a fork may have the same name, and its artifacts are listed with the others.
"""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple
from typing import TypeVar
from urllib.parse import quote
from urllib.parse import urlencode

import msgspec

from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.system import download

Kind = TypeVar("Kind")

VERSION = "2022-11-28"
"""Of the API."""

PAGE = 100
PAGES = 10
"""Of artifacts of one name; who has more has newer ones among the first."""

RUNS = 50
"""Runs that are looked at for one that succeeded."""

REPORT = "report.json"

NEEDS = "the token needs `permissions: actions: read` (and `contents: read`)"


class Repository(NamedTuple):
    """Whose artifacts are asked for, and how."""

    api: str
    """Such as ``https://api.github.com``."""
    name: str
    """``OWNER/NAME``."""
    token: str


class _Home(msgspec.Struct):
    id: int
    default_branch: str


class _Source(msgspec.Struct):
    id: int | None = None
    head_repository_id: int | None = None
    head_branch: str | None = None


class _Artifact(msgspec.Struct):
    id: int
    name: str
    expired: bool
    created_at: str | None = None
    workflow_run: _Source | None = None


class _Artifacts(msgspec.Struct):
    artifacts: list[_Artifact]


class _Run(msgspec.Struct):
    event: str
    conclusion: str | None


def newest_report(repository: Repository, name: str) -> bytes | None:
    """``report.json`` of the newest artifact of that name of the default branch.

    Only of runs that succeeded, and none of pull requests. ``None`` where there is no
    such artifact yet. Raises ``UsageError`` when the API cannot be asked, and
    ``Unreadable`` when the artifact is not one of ours.
    """
    home = _ask(repository, "", _Home)
    found = [
        each
        for each in _named(repository, name)
        if not each.expired
        and each.workflow_run is not None
        and each.workflow_run.head_branch == home.default_branch
        and each.workflow_run.head_repository_id == home.id
    ]
    # Not said to be in any order.
    found.sort(key=lambda each: each.created_at or "", reverse=True)
    for each in found[:RUNS]:
        if _succeeded(repository, each):
            content = _download(repository, each)
            if content is not None:
                return _report(content, f"artifact {name} ({each.id})")
    return None


def _named(repository: Repository, name: str) -> list[_Artifact]:
    found: list[_Artifact] = []
    for page in range(1, PAGES + 1):
        query = urlencode({"name": name, "per_page": PAGE, "page": page})
        more = _ask(repository, f"/actions/artifacts?{query}", _Artifacts).artifacts
        found += [each for each in more if each.name == name]
        if len(more) < PAGE:
            break
    return found


def _succeeded(repository: Repository, artifact: _Artifact) -> bool:
    source = artifact.workflow_run
    if source is None or source.id is None:
        return False
    run = _ask(repository, f"/actions/runs/{source.id}", _Run)
    return run.conclusion == "success" and run.event != "pull_request"


def headers(repository: Repository) -> dict[str, str]:
    """What is sent along with every question."""
    said = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": VERSION,
    }
    if repository.token:
        said["Authorization"] = f"Bearer {repository.token}"
    return said


def url_of(repository: Repository, path: str) -> str:
    """An address of the API that is about the repository."""
    return f"{repository.api.rstrip('/')}/repos/{quote(repository.name)}{path}"


def _fetch(repository: Repository, path: str) -> bytes | None:
    try:
        return download.fetch(url_of(repository, path), headers(repository))
    except UsageError as problem:
        raise UsageError(f"baseline: {problem}; {NEEDS}") from None


def _ask(repository: Repository, path: str, kind: type[Kind]) -> Kind:
    url = url_of(repository, path)
    content = _fetch(repository, path)
    if content is None:
        raise UsageError(
            f"baseline: {url}: there is nothing, or nothing that may be seen; {NEEDS}"
        )
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"baseline: {url}: is not what GitHub's REST API answers: {problem}; check "
            "what the runner gives as the address of the API"
        ) from None


def _download(repository: Repository, artifact: _Artifact) -> bytes | None:
    """The archive; nothing where it expired meanwhile."""
    return _fetch(repository, f"/actions/artifacts/{artifact.id}/zip")


def _report(archive: bytes, where: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entry = opened.getinfo(REPORT)
            if entry.file_size > download.MOST_BYTES:
                raise Unreadable(f"baseline: {where}: its {REPORT} is too large")
            return opened.read(entry)
    except KeyError:
        raise Unreadable(
            f"baseline: {where}: has no {REPORT}; give artifact-name the name of an "
            "artifact of this action"
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        raise Unreadable(
            f"baseline: {where}: is no whole archive: {problem}; run the workflow of "
            "the default branch again"
        ) from None
