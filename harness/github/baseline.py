"""Knows where a report of before may be had; must not compare anything with it."""

from __future__ import annotations

from pathlib import Path

from harness.github import artifacts
from harness.github.artifacts import Repository
from harness.records import files
from harness.records.errors import UsageError
from harness.records.report import Report
from harness.records.results import read_report
from harness.records.results import report_path
from harness.system import download

KEPT = "baseline.json"
"""The file among the results that a baseline is kept as, wherever it came from."""

ARTIFACT = "artifact"
"""In place of a file or an address: the artifact of the default branch."""


def find(text: str, repository: Repository | None = None, name: str = "") -> str | None:
    """A report of before, as text; ``None`` where there is none yet.

    ``text`` is a file, an https address, or ``artifact``, which stands for the newest
    artifact ``name`` of the default branch of ``repository``. Raises ``UsageError``
    when it cannot be had, or ``Unreadable`` when it is no whole report.
    """
    content = _content(text, repository, name)
    if content is None:
        return None
    files.decode(content, text, Report)
    return content.decode()


def read(text: str) -> Report:
    """The report in a file, a folder of results or at an https address.

    Raises ``UsageError`` when it is not there, or ``Unreadable``.
    """
    if "://" not in text:
        return read_report(Path(text))
    content = download.fetch(text)
    if content is None:
        raise UsageError(f"{text}: there is nothing; check the address")
    return files.decode(content, text, Report)


def _content(text: str, repository: Repository | None, name: str) -> bytes | None:
    if text == ARTIFACT:
        return _artifact(repository, name)
    if "://" in text:
        return download.fetch(text)
    path = Path(text)
    path = report_path(path) if path.is_dir() else path
    return files.read_bytes(path) if path.exists() else None


def _artifact(repository: Repository | None, name: str) -> bytes | None:
    if repository is None:
        raise UsageError(
            "baseline: artifact is for workflows on GitHub: the runner does not say "
            "which repository this is"
        )
    if not name or "*" in name:
        raise UsageError(
            f"baseline: artifact needs an artifact-name that is the same every time, "
            f"and it is {name!r}; give one without a *"
        )
    return artifacts.newest_report(repository, name)
