"""Brings a source into a folder where it can be built.

Programs that may take long run below a warden and have a deadline.
"""

import asyncio
import hashlib
import os
import shutil
import tarfile
import time
import zipfile
from pathlib import Path
from urllib.parse import unquote
from urllib.parse import urlsplit

from harness.environments.git import checkout_of
from harness.environments.git import copy_checkout
from harness.environments.git import fetch_reference
from harness.environments.source import check_project
from harness.environments.source import Fetched
from harness.environments.source import HOW
from harness.environments.source import is_project
from harness.environments.source import PROJECT
from harness.environments.source import Source
from harness.environments.source import SourceFault
from harness.records.versions import Kind

DOWNLOAD_SECONDS = 300.0
"""Deadline for one archive."""

# Folders that do not belong to a project; some are large.
NOT_COPIED = (".git", ".hg", ".venv", "venv", ".nox", ".tox", "__pycache__", "build")


async def fetch(source: Source, scratch: Path, results: Path) -> Fetched:
    """Bring a source below ``scratch``, which is empty.

    The folder ``results`` is part of no project, even if it lies inside one. Raises
    ``SourceFault``, and ``OSError`` if a file cannot be read or written.
    """
    if source.kind is Kind.GIT:
        return await fetch_reference(source, scratch)
    if source.kind is Kind.ARCHIVE:
        path = await asyncio.to_thread(_download, source, scratch)
        return _archive(path, scratch)
    path = Path(os.path.expanduser(source.location)).resolve()
    if path.is_dir():
        check_project(path)
        checkout = checkout_of(path)
        if checkout is None:
            return _folder(path, scratch, results)
        return await copy_checkout(checkout, scratch, results)
    if not path.exists():
        raise SourceFault(f"is not there: no folder or file {path}", HOW)
    return _archive(path, scratch)


# ------------------------------------------------------------------- folders, archives


def _folder(folder: Path, scratch: Path, results: Path) -> Fetched:
    copy = scratch / "source"

    def skipped(where: str, names: list[str]) -> set[str]:
        outside = {name for name in names if Path(where, name) == results}
        return outside | set(NOT_COPIED) if Path(where) == folder else outside

    shutil.copytree(folder, copy, symlinks=True, ignore=skipped)
    return Fetched(copy, Kind.FOLDER)


def _download(source: Source, scratch: Path) -> Path:
    import requests  # takes longer to import than all the rest

    name = Path(unquote(urlsplit(source.location).path)).name or "archive"
    path = scratch / "download" / name
    path.parent.mkdir()
    until = time.monotonic() + DOWNLOAD_SECONDS
    try:
        with requests.get(source.location, stream=True, timeout=30) as answer:
            answer.raise_for_status()
            with path.open("wb") as file:
                for chunk in answer.iter_content(2**16):
                    file.write(chunk)
                    if time.monotonic() > until:
                        raise SourceFault(
                            f"took over {DOWNLOAD_SECONDS:g} s", "try again"
                        )
    except requests.RequestException as problem:
        status = problem.response.status_code if problem.response is not None else ""
        reason = f"status {status}" if status else type(problem).__name__
        raise SourceFault(f"cannot be fetched: {reason}", "check the address") from None
    return path


def _archive(path: Path, scratch: Path) -> Fetched:
    """The wheel itself, or the project in an archive."""
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".whl":
        return Fetched(path, Kind.ARCHIVE, content)
    unpacked = scratch / "unpacked"
    try:
        _unpack(path, unpacked)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as problem:
        raise SourceFault(f"cannot be unpacked: {problem}", HOW) from None
    for folder in filter(is_project, [unpacked, *sorted(unpacked.iterdir())]):
        return Fetched(folder, Kind.ARCHIVE, content)
    raise SourceFault(f"holds no Python project: no {' or '.join(PROJECT)}", HOW)


def _unpack(path: Path, to: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(to)
        return
    if not tarfile.is_tarfile(path):
        raise SourceFault("is not an archive: neither zip nor tar", HOW)
    with tarfile.open(path) as archive:
        # No member is extracted outside the folder; needs Python 3.11.4 or newer.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(to)
