"""A newcomer: a home folder, git, uv, and this project at its address on GitHub."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.make.blocks import repository

SECONDS = 600.0

ACCOUNT = "example"
"""The account that publishes this project in tests."""

GIT = """\
[user]
    name = newcomer
    email = newcomer@example.org
[init]
    defaultBranch = main
[push]
    autoSetupRemote = true
[url "{published}"]
    insteadOf = https://github.com/{account}/flask-concurrency-matrix
"""
"""A newcomer's git settings, and a local replacement for GitHub."""


class Terminal:
    """Runs command lines as they are printed on a page."""

    def __init__(self, home: Path, ours: Path, environment: Mapping[str, str]) -> None:
        """``ours`` is the published project; ``environment`` has all variables."""
        self.home = home
        self._environment = environment
        published = home.parent / "published"
        shutil.copytree(ours, published)
        config = GIT.format(published=published.as_uri(), account=ACCOUNT)
        (home / ".gitconfig").write_text(config)
        self.tools = home / "tools"
        self.tools.mkdir()
        # The newcomer has no other program of the tests' environment.
        for name in ("uv", "uvx"):
            (self.tools / name).symlink_to(Path(sys.executable).with_name(name))
        self("git init -q && git add . && git commit -qm it", published)

    def __call__(self, line: str, folder: Path, status: int = 0) -> str:
        """Run a line in a folder, and return its standard output."""
        line = line.replace(repository(), f"{ACCOUNT}/flask-concurrency-matrix")
        bin, path = self.home / ".local" / "bin", self._environment["PATH"]
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={**self._environment, "PATH": f"{bin}:{self.tools}:{path}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == status, f"{line}:\n{done.stdout}{done.stderr}"
        return done.stdout


def blocks(page: str, kind: str) -> list[str]:
    """Return the fenced blocks of a page that have this info string."""
    return re.findall(rf"(?ms)^```{kind}\n(.*?)^```$", page)


def package_variables() -> dict[str, str]:
    """Return the variables that say where packages come from, as on this machine.

    ``UV_PYTHON`` is left out: nox sets it, and uv would install into that Python.
    """
    packages = ("PIP_", "UV_", "SSL_CERT_", "REQUESTS_CA_")
    kept = {k: v for k, v in os.environ.items() if k.startswith(packages)}
    kept.pop("UV_PYTHON", None)
    return kept


def environment_of(home: Path) -> dict[str, str]:
    """Return variables for a new user who shares only the caches with the tests."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    python = Path(sys.base_prefix, "bin")
    return {
        "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin:/usr/sbin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "UV_CACHE_DIR": str(cache / "uv"),
        "PIP_CACHE_DIR": str(cache / "pip"),
        **package_variables(),
    }
