"""Knows how a source becomes a wheel that environments are filled from; must not know
what is measured with it.

Rule 1: nothing is written into the source; it is copied, and built in the copy. Rule 2:
whatever is wrong with a source is one error that names it, before anything is measured.
"""

from __future__ import annotations

import asyncio
import email.parser
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from typing import NoReturn

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from harness.environments import fetch
from harness.environments.fetch import Fault
from harness.environments.fetch import Fetched
from harness.environments.source import parse
from harness.environments.source import Source
from harness.plan.lookup import find_server
from harness.plan.lookup import FLASK
from harness.plan.lookup import SERVER_RELEASE
from harness.plan.select import split_releases
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.versions import labelled

WHEELS = "wheels"
"""Folder for what was built, beside the plan."""

BUILD_SECONDS = 900.0

Say = Callable[[str], None]


class Asked(NamedTuple):
    """A source, and what it is asked for as."""

    option: str
    package: str
    source: Source


class Builder:
    """Makes wheels for one run."""

    def __init__(self, python: str, results: Path, say: Say) -> None:
        self._python = python
        self._results = results
        self._say = say
        self._built: dict[tuple[str, str], Built] = {}

    def version(self, option: str, package: str, text: str) -> str:
        """A release as it is, and a source as the version that it was built as."""
        try:
            source = parse(text)
        except UsageError as problem:
            raise UsageError(f"{option}: {problem}") from None
        if source is None:
            return text
        key = canonicalize_name(package), text
        if key not in self._built:
            asked = Asked(option, package, source)
            self._say(f"building {package} from {source.text}")
            self._built[key] = self._made(asked)
        return self._built[key].version

    def built(self) -> tuple[Built, ...]:
        """All that was built. Raises ``UsageError`` where two cannot be told apart."""
        found: dict[tuple[str, str], Built] = {}
        for each in self._built.values():
            other = found.setdefault((each.package, each.version), each)
            if other.wheel != each.wheel:
                raise UsageError(
                    f"{other.origin} and {each.origin} differ, and both are "
                    f"{each.package} {each.version}: commit one of them, or measure "
                    "them one after the other"
                )
        return tuple(found.values())

    def _made(self, asked: Asked) -> Built:
        with tempfile.TemporaryDirectory(prefix="flask-concurrency-") as scratch:
            try:
                return asyncio.run(self._make(asked, Path(scratch)))
            except Fault as fault:
                _refuse(asked, fault)
            except OSError as problem:
                _refuse(asked, Fault(f"cannot be copied: {problem}", "correct that"))

    async def _make(self, asked: Asked, scratch: Path) -> Built:
        found = await fetch.fetch(asked.source, scratch, self._results)
        wheel = found.path
        if wheel.suffix != ".whl":
            wheel = await self._wheel(asked, found, scratch)
        told = _metadata(wheel)
        if canonicalize_name(told.name) != canonicalize_name(asked.package):
            raise Fault(
                f"is the project {told.name}, not {asked.package}",
                f"name a source of {asked.package}",
            )
        content = _content(wheel)
        return Built(
            package=asked.package,
            version=labelled(
                told.version, found.kind, found.content or content, found.dirty
            ),
            origin=asked.source.text,
            wheel=self._kept(wheel, content),
            python=told.python,
            requires=told.requires,
        )

    async def _wheel(self, asked: Asked, found: Fetched, scratch: Path) -> Path:
        """Build a project, with what the installer has in its cache if that will do."""
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
        out = scratch / "out"
        log = self._results / "logs" / f"build-{canonicalize_name(asked.package)}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [uv, "build", "--wheel", "--python", _interpreter(self._python)]
        command += ["--out-dir", str(out), str(found.path)]
        for offline in ({"UV_OFFLINE": "1"}, {}):
            done = await fetch.run(command, scratch, log, BUILD_SECONDS, offline)
            if done:
                return _only_wheel(out)
        raise Fault(
            f"could not be built: {fetch.tail(log)}",
            f"the whole output is in {log}; `uv build --wheel` has to work there",
        )

    def _kept(self, wheel: Path, content: str) -> str:
        """The place of a wheel: the same for the same content, and never written over,
        so that an environment is filled anew only when something has changed.
        """
        place = Path(WHEELS, content[:16], wheel.name)
        path = self._results / place
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{os.getpid()}.part")
            shutil.copyfile(wheel, part)
            os.replace(part, path)
        return place.as_posix()


def with_built(
    catalog: Catalog, selection: Selection, results: Path, say: Say
) -> Selection:
    """The selection with every source built, and named by its version.

    Wheels and the output of builds go below ``results``. Raises ``UsageError`` for a
    source that is not there or cannot be built.
    """
    builder = Builder(selection.python, results, say)
    flask = [builder.version("--flask", FLASK, each) for each in selection.flask]
    servers = []
    for text in selection.server_releases:
        name, releases = split_releases(text)
        option = f"{SERVER_RELEASE} {name}"
        package = find_server(catalog, name).package
        if package is None:
            raise UsageError(f"{option}: it is a part of Python; use --python.")
        versions = [builder.version(option, package, each) for each in releases]
        servers.append(f"{name}=={','.join(versions)}")
    return msgspec.structs.replace(
        selection,
        flask=tuple(flask),
        server_releases=tuple(servers),
        built=builder.built(),
    )


def _refuse(asked: Asked, fault: Fault) -> NoReturn:
    where = f"{asked.option}: {asked.source.text}"
    text = f"{where} {fault.problem}; {fault.remedy}"
    raise UsageError(text) from None


def _interpreter(python: str) -> str:
    """What a wheel is built with: the Python that it is measured on."""
    current = "{}.{}".format(*sys.version_info)
    return sys.executable if python == current else python


# --------------------------------------------------------------------------- wheels


def _only_wheel(folder: Path) -> Path:
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise Fault("built no wheel", "correct its build")
    return wheels[0]


class Metadata(NamedTuple):
    """What a wheel tells of itself."""

    name: str
    version: str
    python: str
    requires: tuple[str, ...]


def _metadata(wheel: Path) -> Metadata:
    try:
        parse_wheel_filename(wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [n for n in archive.namelist() if _is_metadata(n)]
            text = archive.read(name).decode("utf-8", "replace")
        said = email.parser.HeaderParser().parsestr(text)
        return Metadata(
            name=str(said["Name"]),
            version=str(Version(str(said["Version"]))),
            python=str(SpecifierSet(said["Requires-Python"] or "")),
            requires=tuple(
                str(Requirement(each)) for each in said.get_all("Requires-Dist") or ()
            ),
        )
    # What cannot be parsed is a ValueError in all of them.
    except (ValueError, OSError, zipfile.BadZipFile):
        raise Fault("is not a whole wheel", "make it again") from None


def _is_metadata(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder.endswith(".dist-info") and file == "METADATA"


def _content(wheel: Path) -> str:
    """A hash of the files in a wheel; not of when these were put there."""
    found = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            found.update(name.encode() + b"\0" + archive.read(name) + b"\0")
    return found.hexdigest()
