"""Sources in git: a checkout on this machine, or a reference in a repository."""

import shutil
from pathlib import Path
from typing import NamedTuple

from harness.environments.programs import environment
from harness.environments.programs import run
from harness.environments.programs import tail
from harness.environments.source import check_project
from harness.environments.source import Fetched
from harness.environments.source import PROJECT
from harness.environments.source import Source
from harness.environments.source import SourceFault
from harness.records.versions import Kind
from harness.system.command import output

GIT_SECONDS = 600.0
"""Deadline for a clone or a fetch."""

LOOK_UP_SECONDS = 60.0
"""Deadline for a question to git that fetches no content."""


class Checkout(NamedTuple):
    """A checkout of git."""

    top: Path
    inside: str
    """The folder of the project, relative to the top."""
    commit: str


def _ask(folder: Path, *words: str) -> str | None:
    """The output of git for a folder on this machine; ``None`` when it fails."""
    done = output(
        ["git", *words],
        cwd=folder,
        env=environment(),
        seconds=LOOK_UP_SECONDS,
        errors="surrogateescape",  # file names may be any bytes
    )
    return None if done.problem else done.text.removesuffix("\n")


def checkout_of(folder: Path) -> Checkout | None:
    """The git checkout that a project is in, if it is in one."""
    words = _ask(folder, "rev-parse", "HEAD", "--show-toplevel", "--show-prefix")
    if not words or not _ask(folder, "ls-files", *PROJECT):
        return None
    commit, _, where = words.partition("\n")
    top, _, prefix = where.rpartition("\n")
    return Checkout(Path(top), prefix, commit)


async def copy_checkout(checkout: Checkout, scratch: Path, results: Path) -> Fetched:
    """Copy everything that git does not ignore, and its history.

    Some projects make their version from the history.
    """
    copy, top = scratch / "source", checkout.top
    await _git(scratch, "clone", "--shared", "--no-checkout", top, copy)
    await _git(scratch, "-C", copy, "reset")  # the index of HEAD, and no files yet
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


async def fetch_reference(source: Source, scratch: Path) -> Fetched:
    """Clone a repository, and check out the reference. Raises ``SourceFault``."""
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
    check_project(copy)
    return Fetched(copy, Kind.GIT, commit)


async def _commit(scratch: Path, copy: Path, reference: str) -> str | None:
    """The commit of a reference; a branch takes precedence over a tag."""
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


def _copy(path: Path, to: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, to, symlinks=True, dirs_exist_ok=True)
    elif path.is_symlink() or path.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to, follow_symlinks=False)
