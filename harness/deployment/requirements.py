"""Makes environments for deployments that name a file of requirements."""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from harness.deployment.config import DeploymentFault
from harness.deployment.dependencies.read import translated
from harness.deployment.isolation.layers import MADE
from harness.records import files
from harness.records.errors import UsageError
from harness.system.command import output
from harness.system.install import CannotInstall
from harness.system.install import INSTALL_SECONDS
from harness.system.install import offline_first
from harness.system.install import run_installer
from harness.system.lock_file import locked
from harness.system.pythons import pythons
from harness.system.pythons import uv
from harness.system.scratch import scratch_folder
from harness.system.spawn import Command

LIST_SECONDS = 20.0
"""Deadline for finding out what is installed."""

MOST_INCLUDED = 10
_INCLUDED = re.compile(r"(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]*(\S+)")
_TRANSLATED = ".translated"
"""Ends the name of a file that was written in place of another tool's."""
_OF_A_PYTHON = ("PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


Shown = Callable[[str], AbstractContextManager[object]]
"""Shows what is being done, in words, for as long as its block runs."""


class Making(NamedTuple):
    """How environments with requirements are made."""

    cache: Path
    """The folder that keeps them."""
    python: Path | None = None
    """The interpreter to make them with, unless a file asks for a release."""
    shown: Shown = contextlib.nullcontext


def installable(required: Path, cache: Path) -> Path:
    """A file with the same requirements that installers can read.

    That is the file itself, unless Poetry or Pipenv wrote it. Nothing of the project is
    built. Raises ``DeploymentFault``.
    """
    if (other := translated(required)) is None:
        return required
    lines = "".join(f"{line}\n" for line in other.requirements)
    locked = "".join(f"{line}\n" for line in other.constraints)
    digest = hashlib.sha256(f"{lines}\n{locked}".encode()).hexdigest()[:16]
    path = cache / f"{digest}-requirements" / f"{required.name}{_TRANSLATED}"
    constraints = path.with_name("locked.txt")
    try:
        if locked:
            files.write_text(constraints, locked)
            lines += f"-c {constraints.name}\n"
        files.write_text(path, lines)
    except UsageError as problem:
        raise _unusable(cache, problem.__cause__ or problem) from None
    return path


def own_environment(
    requirements: Path, python: str | None, making: Making, folder: Path
) -> Path:
    """The scripts folder of an environment with these requirements, made if needed.

    It is made unless the cache has one with the same content and the packages that it
    was made with: a deployment may install others when it starts. Of that one, only
    packages from local paths are installed again. If another check is making the same
    one, this one waits. ``python`` is a release or an interpreter, by default the one
    that runs this. Raises ``CannotInstall``, and ``DeploymentFault`` when there is no
    such Python, or for a cache that cannot be used.
    """
    wanted = python or sys.executable
    content = f"{wanted}\n{folder}\n".encode() + b"".join(_with_included(requirements))
    place = making.cache / hashlib.sha256(content).hexdigest()[:16]
    done = place / MADE
    with _alone(place, making.shown):
        # The Python that it was made with may have been removed.
        present = files.text_if_there(done) == _packages(place)
        if not (done.exists() and present and (place / "bin" / "python").exists()):
            shutil.rmtree(place, ignore_errors=True)
            what = requirements.name.removesuffix(_TRANSLATED)
            with making.shown(f"installing {what}"):
                _make(place, wanted, requirements, folder)
        # Their code may have changed, and uv would reuse what it built from the old
        # code.
        if local := _from_local_paths(place):
            done.unlink(missing_ok=True)
            again = (f"--reinstall-package={name}" for name in local)
            with making.shown(f"installing {', '.join(local)} again"):
                _install_all(place, requirements, folder, *again)
        done.write_text(_packages(place), encoding="utf-8")
    return place / "bin"


def _packages(place: Path) -> str:
    """The packages of an environment and their versions, each in a line."""
    found = place.glob("lib/python*/site-packages/*.dist-info")
    return "".join(sorted(f"{path.name}\n" for path in found))


def _from_local_paths(place: Path) -> list[str]:
    """The packages of an environment that were installed from local paths."""
    origins = place.glob("lib/python*/site-packages/*.dist-info/direct_url.json")
    return sorted(
        path.parent.name.partition("-")[0]
        for path in origins
        if json.loads(path.read_bytes())["url"].startswith("file:")
    )


def has_all(python: Path | None, requirements: Path, folder: Path) -> bool:
    """Whether an interpreter has all that a file of requirements asks for.

    Nothing is installed, built or downloaded to find out.
    """
    if python is None:
        return False
    words = "pip install --dry-run --offline --no-build --break-system-packages".split()
    command = [uv() or "uv", *words, "-r", str(requirements), "--python", str(python)]
    done = output(command, cwd=folder, seconds=LIST_SECONDS)
    return done.status == 0 and "Would make no changes" in done.all


@contextlib.contextmanager
def _alone(place: Path, shown: Shown) -> Iterator[None]:
    """Keep other checks out of an environment until the block ends."""
    path = place.with_name(f"{place.name}.lock")
    words = "waiting for another check, which installs the same"
    try:
        with contextlib.ExitStack() as stack:
            lock = asyncio.run(
                locked(path, INSTALL_SECONDS, lambda: stack.enter_context(shown(words)))
            )
    except TimeoutError:
        raise CannotInstall(
            f"{place}: another check is still creating it after "
            f"{INSTALL_SECONDS:.0f} s; wait until that has ended"
        ) from None
    except OSError as problem:
        raise _unusable(place.parent, problem) from None
    with lock:
        yield


def _unusable(cache: Path, problem: BaseException) -> DeploymentFault:
    reason = getattr(problem, "strerror", None) or str(problem)
    return DeploymentFault(
        "requirements",
        f"{cache}: cannot be used for environments: {reason}; name another folder with "
        "--cache",
    )


def _with_included(requirements: Path, depth: int = 0) -> Iterator[bytes]:
    """The content of a file of requirements, and of the files that it includes."""
    try:
        content = files.read_bytes(requirements)
    except UsageError as problem:
        raise DeploymentFault("requirements", str(problem)) from None
    yield content
    for name in _INCLUDED.findall(content.decode("utf-8", "replace")):
        included = requirements.parent / name
        if depth < MOST_INCLUDED and included.is_file():
            yield from _with_included(included, depth + 1)


def _make(place: Path, python: str, requirements: Path, folder: Path) -> None:
    make = [uv() or "uv", "venv", "--quiet", "--python", python, str(place)]
    if problem := _install(make, folder, {}):
        _check_found(python)
        raise CannotInstall(problem)
    _install_all(place, requirements, folder)


def _install_all(place: Path, requirements: Path, folder: Path, *options: str) -> None:
    """Install requirements into an environment. Raises ``CannotInstall``."""
    command = [uv() or "uv", "pip", "install", "--quiet", "-r", str(requirements)]
    command += ["--python", str(place / "bin" / "python"), *options]
    if problem := offline_first(lambda env: _install(command, folder, env), {}):
        raise CannotInstall(problem)


def _check_found(python: str) -> None:
    """Raise ``DeploymentFault`` about a Python release that is not installed."""
    present = pythons()
    if os.sep not in python and python not in present:
        raise DeploymentFault(
            "python", f"Python {python} not found; found: {', '.join(present)}"
        )


def _install(command: list[str], folder: Path, env: Mapping[str, str]) -> str | None:
    """Run an installer; if it failed, return the end of its output."""
    own = {key: v for key, v in os.environ.items() if key not in _OF_A_PYTHON}
    with scratch_folder() as scratch:
        log = scratch / "install.log"
        return run_installer(Command(command, {**own, **env}, folder, log))


def activated(
    scripts: Path, caller: Mapping[str, str], env: Mapping[str, str]
) -> dict[str, str]:
    """The caller's variables, as if an environment had been activated."""
    passed = {key: v for key, v in caller.items() if key not in _OF_A_PYTHON}
    behind = env.get("PATH") or caller.get("PATH", os.defpath)
    path = os.pathsep.join((str(scripts), behind))
    return {**passed, **env, "VIRTUAL_ENV": str(scripts.parent), "PATH": path}


def with_environment_of(folder: Path, caller: Mapping[str, str]) -> Mapping[str, str]:
    """The caller's variables, with a folder's virtual environment activated.

    They stay as they are if it has none, or if another one is active.
    """
    for name in () if "VIRTUAL_ENV" in caller else (".venv", "venv"):
        scripts = folder.absolute() / name / "bin"
        if (scripts / "python").exists():
            return activated(scripts, caller, {})
    return caller
