"""Where a deployment runs: its folder, its interpreter and its variables.

The interpreter is the one that the program of its command runs on. Unlike the cells of
the catalog, a deployment sees everything that its caller sees.
"""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.command.dockerfile import DOCKER_RUN
from harness.deployment.config import DeploymentFault
from harness.deployment.isolation.folders import Isolation
from harness.deployment.isolation.layers import own_folder
from harness.measure.target import TARGET
from harness.plan.wrappers import IS_PYTHON
from harness.system.command import Output
from harness.system.command import output

UNKNOWN = "unknown"

SCRIPT_SECONDS = 60.0
"""Deadline for a script that lists what is installed, or reads a server's settings."""


class Where(NamedTuple):
    """The place that a deployment runs in."""

    folder: Path
    python: Path
    """The interpreter that most likely runs the command."""
    variables: dict[str, str]
    """All variables of the server, without those that the probe adds."""


def caller_variables(
    caller: Mapping[str, str], env: Mapping[str, str]
) -> dict[str, str]:
    """The caller's variables, with the harness's own scripts last on the path.

    They are left out if Flask is not installed beside the harness: no deployment could
    run in an environment that has only the harness.
    """
    path = [env.get("PATH") or caller.get("PATH", os.defpath)]
    if importlib.util.find_spec("flask"):
        path.append(str(Path(sys.executable).parent))
    return {**caller, **env, "PATH": os.pathsep.join(path)}


def ask(script: str, arguments: tuple[str, ...], where: Where) -> Output:
    """Run a script of ``target/`` with the deployment's Python and variables."""
    return ask_command([str(where.python), str(TARGET / script), *arguments], where)


def ask_command(words: Sequence[str], where: Where) -> Output:
    """Run a short command with a deployment's folder and variables.

    Configuration files are programs too, so whatever they write is gone afterwards.
    """
    with own_folder() as own:
        isolation = Isolation(where.folder, own, where.variables)
        variables = isolation.variables(where.variables)
        words = isolation.command(words)
        return output(words, env=variables, cwd=where.folder, seconds=SCRIPT_SECONDS)


def installed(where: Where) -> dict[str, str]:
    """Every distribution that the deployment's Python finds; empty if that fails."""
    try:
        return msgspec.json.decode(ask("about.py", (), where).text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


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
    if file is None:
        raise DeploymentFault(key, _why_not_found(key, first, named))
    if not os.path.isfile(file):
        raise DeploymentFault(key, _NO_PROGRAM.format(first))
    if problem := _wrong_first_line(Path(file), first):
        remedy = f"; or if it is for its image, {DOCKER_RUN}"
        raise DeploymentFault(key, problem + remedy * (key == "dockerfile"))
    return Path(file)


_NO_PROGRAM = "{} is not a regular file; put a program in its place"


def _why_not_found(key: str, first: str, named: str) -> str:
    """Why nothing can be started, and the remedy; ``named`` is the whole path."""
    if os.sep in first and os.path.isfile(named):
        problem = f"is not executable; `chmod +x {first}`, or write `sh {first}`"
        return f"{first}: {problem}"
    if os.sep in first and os.path.isdir(named):
        return f"{first} is a folder; write the path of a program in it"
    if os.sep in first and os.path.exists(named):
        return _NO_PROGRAM.format(first)
    for_image = f"; or if it is only in the image, {DOCKER_RUN}"
    more = for_image if key == "dockerfile" else ""
    if first.startswith("."):
        folder = named.removesuffix(first).rstrip(os.sep)
        return f"there is no {first} in {folder}; correct its path{more}"
    return (
        f"{first or 'nothing'}: command not found; install it in the environment that "
        "this runs in, or name a requirements file that has it: --requirements FILE, "
        f"or the key requirements{more}"
    )


def _wrong_first_line(script: Path, first: str) -> str:
    """Why the kernel would not start a script by its first line; empty if it would.

    What the kernel itself says, that there is no such file, sounds as if the script
    were missing.
    """
    with script.open("rb") as file:
        line = os.fsdecode(file.readline(512))
    if not line.startswith("#!"):
        return ""
    if line.endswith("\r\n"):
        end = rf"sed -i 's/\r$//' {first}"
        return f"{first} has Windows line ends, with which it cannot start; `{end}`"
    program = "".join(line[2:].split()[:1])
    if program.startswith("/") and not os.path.exists(program):
        named = f"{first} is to be run by {program}, as its first line says"
        return f"{named}, which is not there; correct that line, or install it"
    return ""


def takes_a_shell(executable: Path) -> bool:
    """Whether a file is a script without a ``#!`` line.

    The kernel refuses such a file; shells then run it as a script of their own.
    """
    try:
        with executable.open("rb") as file:
            begin = file.read(512)
    except OSError:
        return False
    return not begin.startswith(b"#!") and b"\0" not in begin


def interpreter(executable: Path, variables: Mapping[str, str]) -> Path:
    """The Python that an executable runs on: itself, by its first line, or nearby.

    Otherwise it is the first on the path.
    """
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
    return on_path(variables) or Path(sys.executable)


def on_path(variables: Mapping[str, str]) -> Path | None:
    """The Python that a shell with these variables would start."""
    for name in ("python", "python3"):
        if file := shutil.which(name, path=variables.get("PATH", os.defpath)):
            return Path(file)
    return None


def with_flask(where: Where) -> tuple[Where, dict[str, str]]:
    """The place with a Python that has Flask, and its installed distributions.

    A program that starts a server, such as make or a shell, may be beside another
    Python; the first one on the path is then tried.
    """
    versions = installed(where)
    first = on_path(where.variables)
    if "flask" not in versions and first is not None:
        other = where._replace(python=first)
        if "flask" in (beside := installed(other)):
            return other, beside
    return where, versions


def release_of(versions: Mapping[str, str]) -> str:
    """The release of Python among the versions that it reports, such as ``3.12``."""
    return ".".join(versions.get("python", UNKNOWN).split(".")[:2])


def active_python(words: Sequence[str], here: Where, python: str | None) -> Path | None:
    """The Python with Flask that a command would run on now.

    ``None`` if there is none, or if it is not the requested ``python``, a release or an
    interpreter.
    """
    try:
        executable = find_executable("command", words, here.folder, here.variables)
    except DeploymentFault:
        return None
    where, versions = with_flask(
        here._replace(python=interpreter(executable, here.variables))
    )
    is_asked_for = python in (None, release_of(versions), str(where.python))
    return where.python if is_asked_for and "flask" in versions else None
