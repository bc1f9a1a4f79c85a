"""Finds the program that a command starts, and the Python that it runs on."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.config import DeploymentFault
from harness.deployment.declared.program import IS_PYTHON
from harness.deployment.dockerfile import DOCKER_RUN


def find_executable(
    key: str, words: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> Path:
    """The file that the first word of a command names.

    Raises ``DeploymentFault`` about the key that the command comes from.
    """
    search = variables.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(str(folder / entry) for entry in search)
    first = "".join(words[:1])
    # Joined as text: `./boot.sh` keeps its folder, and is not looked for on PATH.
    named = os.path.join(os.path.abspath(folder), first)
    file = shutil.which(named if os.sep in first else first, path=path)
    if file is not None:
        return Path(file)
    if os.sep in first and os.path.isfile(named):
        problem = f"is not executable; `chmod +x {first}`, or write `sh {first}`"
        raise DeploymentFault(key, f"{first}: {problem}")
    if first.startswith(".") and key != "dockerfile":
        there = f"there is no {first} in {os.path.abspath(folder)}; correct its path"
        raise DeploymentFault(key, there)
    remedy = (
        "install it in the environment that this runs in, or name a file of "
        "requirements that has it: --requirements FILE, or the key requirements"
    )
    if key == "dockerfile":
        remedy += f"; or if it is only in the image, {DOCKER_RUN}"
    raise DeploymentFault(key, f"{first or 'nothing'}: command not found; {remedy}")


def takes_a_shell(executable: Path) -> bool:
    """Whether a file is a script without a ``#!`` line.

    The kernel refuses such a file; shells then take it for one of their own.
    """
    try:
        with executable.open("rb") as file:
            begin = file.read(512)
    except OSError:
        return False
    return not begin.startswith(b"#!") and b"\0" not in begin


def interpreter(executable: Path) -> Path:
    """The Python that an executable runs on: itself, its first line, or beside it."""
    if IS_PYTHON.match(executable.name):
        return executable
    with executable.open("rb") as file:
        first = file.readline(512).decode("utf-8", "replace").strip()
        second = file.readline(512).decode("utf-8", "replace").strip()
    named = re.match(r"^#!\s*(\S*/(?:python|pypy)[0-9.]*)$", first)
    # If the path is long, installers write a shell line that execs Python.
    named = named or re.match(r"""^'''exec' "?([^"]*?)"? "\$0" "\$@\"""", second)
    if named and Path(named[1]).exists():
        return Path(named[1])
    for name in ("python", "python3"):
        if (beside := executable.parent / name).exists():
            return beside
    return Path(shutil.which("python3") or sys.executable)


def on_path(variables: Mapping[str, str]) -> Path | None:
    """The Python that a shell with these variables would start."""
    for name in ("python", "python3"):
        if file := shutil.which(name, path=variables.get("PATH", os.defpath)):
            return Path(file)
    return None
