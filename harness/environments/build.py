"""Builds wheels of sources that are on no index, to fill environments from them.

Nothing is written into a source: it is copied, and built in the copy. Whatever is wrong
with a source is one error that names it, before anything is measured.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from harness.environments.fetch import fetch
from harness.environments.programs import run
from harness.environments.programs import tail
from harness.environments.source import parse
from harness.environments.source import Source
from harness.environments.source import SourceFault
from harness.environments.wheels import content_hash
from harness.environments.wheels import keep_wheel
from harness.environments.wheels import only_wheel
from harness.environments.wheels import read_metadata
from harness.plan.lookup import find_server
from harness.plan.lookup import SERVER_RELEASE
from harness.plan.select import split_releases
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import FLASK
from harness.records.versions import labelled
from harness.system.pythons import uv
from harness.system.scratch import scratch_folder

BUILD_SECONDS = 900.0
"""Deadline for building one wheel, which may compile."""

Say = Callable[[str], None]


class Builder:
    """Makes wheels for one run, each source once."""

    def __init__(self, python: str, results: Path, say: Say) -> None:
        self._python = python
        self._results = results
        self._say = say
        self._built: dict[tuple[str, str], Built] = {}

    def version(self, option: str, package: str, text: str) -> str:
        """The release that a text names, or the version built from its source."""
        try:
            source = parse(text)
        except UsageError as problem:
            raise UsageError(f"{option}: {problem}") from None
        if source is None:
            return text
        key = canonicalize_name(package), text
        if key not in self._built:
            self._say(f"building {package} from {source.text}")
            self._built[key] = self._build(option, package, source)
        return self._built[key].version

    def built(self) -> tuple[Built, ...]:
        """All wheels. Raises ``UsageError`` if two of them cannot be told apart."""
        by_version: dict[tuple[str, str], Built] = {}
        for each in self._built.values():
            other = by_version.setdefault((each.package, each.version), each)
            if other.wheel != each.wheel:
                raise UsageError(
                    f"{other.origin} and {each.origin} differ, and both are "
                    f"{each.package} {each.version}: commit one of them, or measure "
                    "them one after the other"
                )
        return tuple(by_version.values())

    def _build(self, option: str, package: str, source: Source) -> Built:
        with scratch_folder() as scratch:
            try:
                return asyncio.run(self._fetch_and_build(package, source, scratch))
            except SourceFault as fault:
                problem, remedy = fault.problem, fault.remedy
            except OSError as error:
                problem, remedy = f"cannot be copied: {error}", "make it readable"
        raise UsageError(f"{option}: {source.text} {problem}; {remedy}")

    async def _fetch_and_build(
        self, package: str, source: Source, scratch: Path
    ) -> Built:
        fetched = await fetch(source, scratch, self._results)
        wheel = fetched.path
        if wheel.suffix != ".whl":
            wheel = await self._build_wheel(package, fetched.path, scratch)
        metadata = read_metadata(wheel)
        if canonicalize_name(metadata.name) != canonicalize_name(package):
            raise SourceFault(
                f"is the project {metadata.name}, not {package}",
                f"name a source of {package}",
            )
        content = content_hash(wheel)
        version = labelled(
            metadata.version, fetched.kind, fetched.content or content, fetched.dirty
        )
        return Built(
            package=package,
            version=version,
            origin=source.text,
            wheel=keep_wheel(wheel, content, self._results),
            python=metadata.python,
            requires=metadata.requires,
        )

    async def _build_wheel(self, package: str, project: Path, scratch: Path) -> Path:
        """Build a project, offline if the installer's cache has everything."""
        out = scratch / "out"
        log = self._results / "logs" / f"build-{canonicalize_name(package)}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        python = _interpreter(self._python)
        command = [uv() or "uv", "build", "--wheel", "--python", python]
        command += ["--out-dir", str(out), str(project)]
        for env in ({"UV_OFFLINE": "1"}, {}):
            if await run(command, scratch, log, BUILD_SECONDS, env):
                return only_wheel(out)
        raise SourceFault(
            f"could not be built: {tail(log)}",
            f"the whole output is in {log}; `uv build --wheel` has to work there",
        )


def with_built(
    catalog: Catalog, selection: Selection, results: Path, say: Say
) -> Selection:
    """Build every source; return the selection with each replaced by its version.

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
            raise UsageError(
                f"{option}: it is a part of Python; choose its release with --python"
            )
        versions = [builder.version(option, package, release) for release in releases]
        servers.append(f"{name}=={','.join(versions)}")
    return msgspec.structs.replace(
        selection,
        flask=tuple(flask),
        server_releases=tuple(servers),
        built=builder.built(),
    )


def _interpreter(python: str) -> str:
    """The Python that builds wheels: the one to measure on."""
    current = "{}.{}".format(*sys.version_info)
    return sys.executable if python == current else python
