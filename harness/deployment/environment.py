"""Knows the environment that a deployment runs in: its variables, its interpreter and
what is installed for it; must not know what is measured there.

Unlike the cells of the catalog a deployment sees all that its caller sees. What the
caller's shell would find first is found first here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.measure.app import TARGET
from harness.system.command import Output
from harness.system.command import output
from harness.system.install import CannotInstall
from harness.system.install import end_of
from harness.system.install import offline_first

INSTALL_SECONDS = 900.0
ASK_SECONDS = 60.0
HOOK = TARGET / "hook"

MOST_INCLUDED = 10
_INCLUDED = re.compile(r"(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]*(\S+)")
_OF_A_PYTHON = ("PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


class Surroundings(NamedTuple):
    """Where a deployment runs."""

    folder: Path
    python: Path
    """The interpreter that runs the command, as far as can be told."""
    variables: dict[str, str]
    """All of the server's environment but what the probe adds."""


def with_hook(variables: Mapping[str, str]) -> dict[str, str]:
    """The same variables, with the start-up hook in front of the Python path."""
    path = filter(None, (str(HOOK), variables.get("PYTHONPATH", "")))
    return {**variables, "PYTHONPATH": os.pathsep.join(path)}


def current(caller: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables; what is installed beside the harness is found last.

    But not where Flask is not installed beside it: an environment of the harness alone
    is none that a deployment could run in.
    """
    path = [caller.get("PATH", os.defpath)]
    if importlib.util.find_spec("flask"):
        path.append(str(Path(sys.executable).parent))
    return {**caller, "PATH": os.pathsep.join(path), **env}


def find(
    configured: Configured,
    deployment: Deployment,
    words: tuple[str, ...],
    variables: Mapping[str, str],
) -> Path:
    """The file that the first word of a command means. Raises ``UsageError``."""
    folder = configured.folder
    search = variables.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(str(folder / entry) for entry in search)
    name = (
        str(folder / words[0]) if words and os.sep in words[0] else "".join(words[:1])
    )
    found = shutil.which(name, path=path)
    if found is None:
        raise configured.fault(
            deployment,
            source_key(deployment),
            f"{name or 'nothing'}: command not found; install it in the environment "
            "that this runs in, or name a file of requirements that does",
        )
    return Path(found)


def source_key(deployment: Deployment) -> str:
    """The key of a deployment that its command comes from."""
    keys = ("command", "procfile", "dockerfile")
    return next((key for key in keys if getattr(deployment, key)), "command")


# ----------------------------------------------------------------- the interpreter


def interpreter(executable: Path) -> Path:
    """The Python that an executable runs on: itself, its first line, or beside it."""
    if re.match(r"^(python|pypy)[0-9.]*$", executable.name):
        return executable
    with executable.open("rb") as file:
        first = file.readline(512).decode("utf-8", "replace").strip()
        second = file.readline(512).decode("utf-8", "replace").strip()
    named = re.match(r"^#!\s*(\S*/(?:python|pypy)[0-9.]*)$", first)
    # Where the path is long, installers write a line for the shell that execs Python.
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
        if found := shutil.which(name, path=variables.get("PATH", os.defpath)):
            return Path(found)
    return None


def ask(script: str, arguments: tuple[str, ...], where: Surroundings) -> Output:
    """Run a script of the target with a deployment's interpreter, as it would run."""
    return ask_command([str(where.python), str(TARGET / script), *arguments], where)


def ask_command(words: Sequence[str], where: Surroundings) -> Output:
    """Run a command that soon ends, where a deployment would run."""
    return output(words, env=where.variables, cwd=where.folder, seconds=ASK_SECONDS)


def installed(where: Surroundings) -> dict[str, str]:
    """Every distribution that the deployment's Python has; empty if it cannot say."""
    try:
        return msgspec.json.decode(ask("about.py", (), where).text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


# ------------------------------------------------------------ an environment of its own


def own_environment(
    requirements: Path, python: str | None, cache: Path, folder: Path
) -> Path:
    """The scripts of an environment with these requirements, made unless it is there.

    ``python`` is a release or an interpreter; none is the one that runs this. It is
    kept by the content of the requirements. Raises ``CannotInstall``.
    """
    wanted = python or sys.executable
    content = f"{wanted}\n{folder}\n".encode() + b"".join(_with_included(requirements))
    place = cache / hashlib.sha256(content).hexdigest()[:16]
    done = place / "done"
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        _make(place, wanted, requirements, folder)
        done.touch()
    return place / "bin"


def _with_included(requirements: Path, depth: int = 0) -> Iterator[bytes]:
    """What a file of requirements holds, and the files that it includes."""
    content = requirements.read_bytes()
    yield content
    for name in _INCLUDED.findall(content.decode("utf-8", "replace")):
        included = requirements.parent / name
        if depth < MOST_INCLUDED and included.is_file():
            yield from _with_included(included, depth + 1)


def _make(place: Path, python: str, requirements: Path, folder: Path) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    interpreter = str(place / "bin" / "python")
    wanted = ["-r", str(requirements)]
    if uv is None:
        _run([_named(python), "-m", "venv", str(place)], folder)
        _run([interpreter, "-m", "pip", "install", "--quiet", *wanted], folder)
        return
    _run([uv, "venv", "--quiet", "--python", python, str(place)], folder)
    install = [uv, "pip", "install", "--quiet", "--python", interpreter, *wanted]
    if problem := offline_first(lambda env: _said(install, folder, env), {}):
        raise CannotInstall(problem)


def _named(python: str) -> str:
    """An interpreter of a release. Raises ``CannotInstall``."""
    if os.sep in python:
        return python
    if python == "{}.{}".format(*sys.version_info):
        return sys.executable
    found = shutil.which(f"python{python}")
    if found is None:
        raise CannotInstall(f"there is no python{python} on PATH, and no uv to get one")
    return found


def _run(command: list[str], folder: Path) -> None:
    if problem := _said(command, folder, {}):
        raise CannotInstall(problem)


def _said(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """Run an installer; nothing when it worked, else the end of what it said."""
    own = {key: v for key, v in os.environ.items() if key not in _OF_A_PYTHON}
    done = output(command, cwd=folder, env={**own, **env}, seconds=INSTALL_SECONDS)
    if done.status is None:
        return f"{command[0]}: {done.problem}"
    return end_of(done.all) if done.status else ""


def inside(
    scripts: Path, caller: Mapping[str, str], env: Mapping[str, str]
) -> dict[str, str]:
    """The caller's variables as if an environment had been activated."""
    kept = {key: v for key, v in caller.items() if key not in _OF_A_PYTHON}
    path = os.pathsep.join((str(scripts), caller.get("PATH", os.defpath)))
    return {**kept, "VIRTUAL_ENV": str(scripts.parent), "PATH": path, **env}
