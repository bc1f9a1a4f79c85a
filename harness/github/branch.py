"""Adds files to a branch of the repository that a runner works in.

A branch only grows, and nothing is forced: if somebody else was faster, their commit is
fetched, and the same files are added to it.
"""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from harness.records.errors import UsageError
from harness.records.text import without_user
from harness.system.command import output
from harness.system.scratch import scratch_folder

SECONDS = 120.0
"""Deadline of one git command."""

TIMES = 5
"""How often a push is tried."""

AUTHOR = (
    *("-c", "user.name=github-actions[bot]"),
    *("-c", "user.email=41898282+github-actions[bot]@users.noreply.github.com"),
)
"""As https://github.com/actions/checkout tells workflows to commit."""


class Branch(NamedTuple):
    """A branch, and everything needed to read and write it."""

    checkout: Path
    """A checkout of the repository, which says where it comes from."""
    name: str
    token: str


class Failed(UsageError):
    """A git command failed."""


def fetch(branch: Branch, into: Path) -> bool:
    """Fetch the files of a branch into a new folder; return whether it exists.

    Raises ``UsageError`` if that cannot be determined.
    """
    into.mkdir(parents=True, exist_ok=True)
    git = _Git(branch, into)
    git("init", "--quiet")
    reference = f"refs/heads/{branch.name}"
    if not git("ls-remote", git.origin, reference):
        git("symbolic-ref", "HEAD", reference)
        return False
    git("fetch", "--quiet", "--depth=1", git.origin, reference)
    git("checkout", "--quiet", "-B", branch.name, "FETCH_HEAD")
    return True


def grow(branch: Branch, add: Callable[[Path], str]) -> bool:
    """Add files to a branch, creating it if needed; return whether there were any.

    ``add`` writes the files to a folder that has the branch's content, and returns the
    commit's message. It may be called several times. Raises ``UsageError`` if the
    branch cannot be read or written.
    """
    for _ in range(TIMES):
        with scratch_folder() as folder:
            git = _Git(branch, folder)
            fetch(branch, folder)
            message = add(folder)
            git("add", "--all")
            if not git("status", "--porcelain"):
                return False
            git("commit", "--quiet", f"--message={message}")
            try:
                git("push", "--quiet", git.origin, f"HEAD:refs/heads/{branch.name}")
            except Failed as problem:
                failed = problem
                continue
            return True
    raise UsageError(f"{failed}; that was tried {TIMES} times")


class _Git:
    """Runs git in a folder, with the right to read and write the remote repository."""

    def __init__(self, branch: Branch, folder: Path) -> None:
        self._folder = branch.checkout
        self._env = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
        self.origin = self("remote", "get-url", "origin").strip()
        self._folder = folder
        self._env |= _authorised(self.origin, branch.token)

    def __call__(self, *arguments: str) -> str:
        """What git prints. Raises ``Failed``."""
        # Line ends stay as they are: the name of a measurement has a hash of its bytes.
        command = ["git", *AUTHOR, "-c", "core.autocrlf=false", *arguments]
        what = f"git {arguments[0]}"
        done = output(command, cwd=self._folder, env=self._env, seconds=SECONDS)
        if done.status is None:
            raise Failed(f"{what}: {done.problem}; check that git runs, and try again")
        if done.status:
            reason = without_user(" ".join(done.errors.split()))
            raise Failed(f"{what} failed: {reason}; check what the token may do")
        return done.text


def _authorised(origin: str, token: str) -> dict[str, str]:
    """Variables that give git a token for one host.

    On a command line others could see it.
    """
    url = urlsplit(origin)
    if url.scheme != "https" or not token:
        return {}
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.https://{url.netloc.rpartition('@')[2]}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
    }
