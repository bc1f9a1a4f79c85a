"""Brings a source into a folder where it can be built.

A process that runs for long is beneath a warden and has a deadline.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import tarfile
import time
import zipfile
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from urllib.parse import urlsplit

from harness.environments.source import HOW
from harness.environments.source import Source
from harness.records.versions import Kind
from harness.system.command import output
from harness.system.process import CannotExecute
from harness.system.process import running

GIT_SECONDS = 600.0
DOWNLOAD_SECONDS = 300.0
ASK_SECONDS = 60.0

PROJECT = ("pyproject.toml", "setup.py")
"""What makes a folder a Python project."""

# None of these belongs to a project, and some are large.
NOT_COPIED = (".git", ".hg", ".venv", "venv", ".nox", ".tox", "__pycache__", "build")

_NOT_PASSED_ON = re.compile(
    "PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT.*)"
)


class SourceFault(Exception):
    """A source that cannot be used: what is wrong with it, and a remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class Fetched(NamedTuple):
    """A project in a folder that was made for it, or a wheel."""

    path: Path
    kind: Kind
    content: str = ""
    """The commit, or a hash of the archive; empty for a folder outside of git."""
    dirty: bool = False
    """Whether something differs from the commit."""


async def fetch(source: Source, scratch: Path, results: Path) -> Fetched:
    """Bring a source below ``scratch``, which is empty.

    Raises ``SourceFault``, and ``OSError`` where a file cannot be read or written.

    What is below ``results`` is not part of any project, though it may lie inside.
    """
    if source.kind is Kind.GIT:
        return await _reference(source, scratch)
    if source.kind is Kind.ARCHIVE:
        path = await asyncio.to_thread(_download, source, scratch)
        return _archive(path, scratch)
    path = Path(os.path.expanduser(source.location)).resolve()
    if path.is_dir():
        _check_project(path)
        checkout = _checkout(path)
        if checkout is None:
            return _folder(path, scratch, results)
        return await _copy_checkout(checkout, scratch, results)
    if not path.exists():
        raise SourceFault(f"is not there: no folder or file {path}", HOW)
    return _archive(path, scratch)


def _is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in PROJECT)


def _check_project(folder: Path) -> None:
    if not _is_project(folder):
        raise SourceFault(
            f"is no Python project: neither {' nor '.join(PROJECT)} is in it",
            "name the folder that has one",
        )


# -------------------------------------------------------------------------- processes


async def run(
    command: Sequence[str],
    cwd: Path,
    log: Path,
    seconds: float,
    more: Mapping[str, str] | None = None,
) -> bool:
    """Run a command to its end; whether it ended well. Raises ``SourceFault``."""
    env = {**_environment(), **(more or {})}
    try:
        async with running(command, env=env, cwd=cwd, log=log) as process:
            await process.wait(seconds)
            return process.status == 0
    except CannotExecute as problem:
        raise SourceFault(f"needs {command[0]}: {problem}", "install it") from None
    except TimeoutError:
        name = Path(command[0]).name
        raise SourceFault(f"took over {seconds:g} s in {name}", "try again") from None


def tail(log: Path) -> str:
    """The lines of a log that name what went wrong, as one line."""
    text = log.read_text("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [n for n, line in enumerate(lines) if re.match("fatal:|error:", line)]
    first = max(0, wrong[0] - 1) if wrong else max(0, len(lines) - 4)
    return "; ".join(lines[first : first + 4]) or "it printed nothing"


def _environment() -> dict[str, str]:
    """The variables of the caller without those that mean another project."""
    passed = {k: v for k, v in os.environ.items() if not _NOT_PASSED_ON.fullmatch(k)}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
    return {**quiet, **passed, "LC_ALL": "C", "NO_COLOR": "1"}


# -------------------------------------------------------------------------------- git


class Checkout(NamedTuple):
    """A checkout of git."""

    top: Path
    inside: str
    """The folder of the project, relative to the top."""
    commit: str


def _ask(folder: Path, *words: str) -> str | None:
    """The output of git for a folder of this machine; ``None`` when it fails."""
    done = output(
        ["git", *words],
        cwd=folder,
        env=_environment(),
        seconds=ASK_SECONDS,
        errors="surrogateescape",  # names of files are whatever bytes they are
    )
    return None if done.problem else done.text.removesuffix("\n")


def _checkout(folder: Path) -> Checkout | None:
    """The checkout that has a project under version control, if there is one."""
    asked = _ask(folder, "rev-parse", "HEAD", "--show-toplevel", "--show-prefix")
    if not asked or not _ask(folder, "ls-files", *PROJECT):
        return None
    commit, _, where = asked.partition("\n")
    top, _, prefix = where.rpartition("\n")
    return Checkout(Path(top), prefix, commit)


async def _copy_checkout(checkout: Checkout, scratch: Path, results: Path) -> Fetched:
    """Copy everything but what git ignores, with the history that gives versions."""
    copy, top = scratch / "source", checkout.top
    await _git(scratch, "clone", "--shared", "--no-checkout", top, copy)
    await _git(scratch, "-C", copy, "reset")
    listed = _ask(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, (listed or "").split("\0")):
        if not (top / name).is_relative_to(results):
            _copy(top / name, copy / name)
    dirty = bool(_ask(copy, "status", "--porcelain", "--", "."))
    return Fetched(copy / checkout.inside, Kind.CHECKOUT, checkout.commit, dirty)


async def _git(scratch: Path, *words: str | Path) -> None:
    log = scratch / "git.log"
    if not await run(["git", *map(str, words)], scratch, log, GIT_SECONDS):
        raise SourceFault(
            f"cannot be fetched, git says: {tail(log)}",
            "check the address, and that it can be read from here without a password",
        )


async def _reference(source: Source, scratch: Path) -> Fetched:
    copy = scratch / "source"
    await _git(scratch, "clone", "--no-checkout", source.location, copy)
    commit = await _commit(scratch, copy, source.reference)
    if commit is None:
        raise SourceFault(
            f"is not there: the repository has no {source.reference or 'HEAD'}",
            "name a branch, a tag, a commit, or a reference such as refs/pull/1/head",
        )
    await _git(scratch, "-C", copy, "checkout", "--detach", commit)
    if (copy / ".gitmodules").exists():
        submodules = ("submodule", "update", "--init", "--recursive")
        await _git(scratch, "-C", copy, *submodules)
    _check_project(copy)
    return Fetched(copy, Kind.GIT, commit)


async def _commit(scratch: Path, copy: Path, reference: str) -> str | None:
    """The commit of a reference: of a branch first, then of anything else."""
    known = [f"origin/{reference}", reference] if reference else ["HEAD"]
    for name in known:
        words = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit := _ask(copy, *words):
            return commit
    try:
        await _git(scratch, "-C", copy, "fetch", "origin", reference)
    except SourceFault:
        return None
    return _ask(copy, "rev-parse", "--verify", "FETCH_HEAD^{commit}")


# ------------------------------------------------------------------- folders, archives


def _copy(path: Path, to: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, to, symlinks=True, dirs_exist_ok=True)
    elif path.is_symlink() or path.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to, follow_symlinks=False)


def _folder(folder: Path, scratch: Path, results: Path) -> Fetched:
    copy = scratch / "source"

    def skipped(where: str, names: list[str]) -> set[str]:
        outside = {name for name in names if Path(where, name) == results}
        return outside | set(NOT_COPIED) if Path(where) == folder else outside

    shutil.copytree(folder, copy, symlinks=True, ignore=skipped)
    return Fetched(copy, Kind.FOLDER)


def _download(source: Source, scratch: Path) -> Path:
    import requests  # takes longer than all else that most verbs import

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
    """A wheel as it is, or the project in an archive."""
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".whl":
        return Fetched(path, Kind.ARCHIVE, content)
    unpacked = scratch / "unpacked"
    try:
        _unpack(path, unpacked)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as problem:
        raise SourceFault(f"cannot be unpacked: {problem}", HOW) from None
    for folder in filter(_is_project, [unpacked, *sorted(unpacked.iterdir())]):
        return Fetched(folder, Kind.ARCHIVE, content)
    raise SourceFault(f"holds no Python project: no {' or '.join(PROJECT)}", HOW)


def _unpack(path: Path, to: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(to)
        return
    if not tarfile.is_tarfile(path):
        raise SourceFault("is no archive: neither zip nor tar", HOW)
    with tarfile.open(path) as archive:
        # Nothing of it is put outside of the folder. Python 3.11.4 and newer know how.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(to)
