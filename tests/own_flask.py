"""A git checkout of Flask, made from the one that is installed beside the tests."""

import os
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org")
# The commit is the same each time, so that environments named after it are reused.
WHEN = {
    name: "2026-01-01T00:00:00Z" for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
}

PROJECT = """\
[build-system]
requires = ["flit_core>=3.11,<5"]
build-backend = "flit_core.buildapi"
[project]
name = "Flask"
version = "{version}"
description = "A Flask of somebody's own."
dependencies = {requires}
scripts = {{ flask = "flask.cli:main" }}
[tool.flit.module]
name = "flask"
"""


def version() -> str:
    """The version of the Flask that is copied."""
    return distribution("flask").version


def make(folder: Path) -> Path:
    """Make a checkout with one commit, and return its folder."""
    installed = distribution("flask")
    source = folder / "src" / "flask"
    package = Path(str(installed.locate_file("flask")))
    shutil.copytree(package, source, ignore=shutil.ignore_patterns("__pycache__"))
    requires = [each for each in installed.requires or () if "extra" not in each]
    text = PROJECT.format(version=version(), requires=requires)
    (folder / "pyproject.toml").write_text(text)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, *WHO, "commit", "--quiet", "--message=All")
    return folder


def always_threaded(folder: Path) -> None:
    """Make ``flask run --without-threads`` use threads, which changes its number."""
    path = folder / "src" / "flask" / "cli.py"
    text = path.read_text()
    assert text.count("threaded=with_threads") == 1
    path.write_text(text.replace("threaded=with_threads", "threaded=True"))


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return its output."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **WHEN},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
