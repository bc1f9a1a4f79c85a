"""Finds the Pythons of this machine: those on ``PATH``, and those of uv."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from harness.system.command import output

NEWEST = 16
"""Minor releases of Python 3 below this number are looked for."""

PYTHON_SECONDS = 20.0
"""Deadline for each interpreter that is asked for its release."""


def uv() -> str | None:
    """The program uv: on ``PATH``, or beside this interpreter."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("uv") or shutil.which("uv", path=beside)


def pythons() -> list[str]:
    """The installed releases of Python, such as ``3.12``, oldest first."""
    releases = {"{}.{}".format(*sys.version_info), *_on_path(), *_of_uv()}
    return sorted(releases, key=lambda release: [*map(int, release.split("."))])


def _on_path() -> Iterator[str]:
    """The Pythons on ``PATH`` that run: some may be shims without a version."""
    for minor in range(6, NEWEST):
        if program := shutil.which(f"python3.{minor}"):
            done = output([program, "--version"], seconds=PYTHON_SECONDS)
            if done.status == 0 and f" 3.{minor}." in done.all:
                yield f"3.{minor}"


def _of_uv() -> list[str]:
    program = uv()
    if program is None:
        return []
    words = "python list --only-installed --offline --no-config".split()
    done = output([program, *words], seconds=PYTHON_SECONDS)
    return (
        re.findall(r"(?m)^cpython-(\d+\.\d+)\.", done.text) if not done.status else []
    )
