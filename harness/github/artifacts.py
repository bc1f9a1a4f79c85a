"""The newest report among the artifacts of a repository's workflow runs.

An artifact counts if a run on the default branch of the repository itself made it. A
branch of a fork may have the same name, and its artifacts are listed with the others.

See https://docs.github.com/en/rest/actions/artifacts and
https://docs.github.com/en/rest/actions/workflow-runs.
"""

import io
import zipfile

import msgspec

from harness.github.api import Api
from harness.github.api import Repository
from harness.records.errors import Unreadable
from harness.records.files import MOST_BYTES
from harness.records.results import REPORT

RUNS = 50
"""Most runs that are examined to find one that succeeded."""


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
    """The text of ``report.json`` in the newest artifact of this name.

    Only runs that succeeded count, and none of pull requests. ``None`` if there is
    no such artifact yet. Raises ``UsageError`` when the API does not answer, and
    ``Unreadable`` when the artifact is not one of ours.
    """
    client = Api(repository, "actions: read", key="baseline")
    home = client.ask("", _Home)
    artifacts = [
        each
        for each in client.pages(
            "/actions/artifacts",
            {"name": name},
            _Artifacts,
            lambda page: page.artifacts,
        )
        if each.name == name and not each.expired and _is_of(home, each)
    ]
    # The API does not promise an order.
    artifacts.sort(key=lambda each: each.created_at or "", reverse=True)
    for each in artifacts[:RUNS]:
        if _succeeded(client, each):
            archive = client.download(f"/actions/artifacts/{each.id}/zip")
            if archive is not None:  # it may have expired meanwhile
                return _report(archive, f"artifact {name} ({each.id})")
    return None


def _is_of(home: _Home, artifact: _Artifact) -> bool:
    """Whether an artifact comes from the default branch of the repository itself."""
    source = artifact.workflow_run
    return (
        source is not None
        and source.head_branch == home.default_branch
        and source.head_repository_id == home.id
    )


def _succeeded(client: Api, artifact: _Artifact) -> bool:
    source = artifact.workflow_run
    if source is None or source.id is None:
        return False
    run = client.ask(f"/actions/runs/{source.id}", _Run)
    return run.conclusion == "success" and run.event != "pull_request"


def _report(archive: bytes, where: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entry = opened.getinfo(REPORT)
            if entry.file_size > MOST_BYTES:
                most = MOST_BYTES // 1024**2
                raise Unreadable(
                    f"baseline: {where}: its {REPORT} is larger than {most} MiB; give "
                    "artifact-name the name of another artifact"
                )
            return opened.read(entry)
    except KeyError:
        raise Unreadable(
            f"baseline: {where}: has no {REPORT}; give artifact-name the name of an "
            "artifact of this action"
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        raise Unreadable(
            f"baseline: {where}: is not a complete archive: {problem}; run the "
            "workflow of the default branch again"
        ) from None
