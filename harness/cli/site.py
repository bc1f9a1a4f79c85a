"""The verb ``site``: write the atlas, a site of static pages."""

import os
import shutil
from collections.abc import Callable
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from packaging.version import Version

from harness.cli.reproduce import probe_by
from harness.cli.usage.site import Sources
from harness.plan.catalog import load
from harness.records import files
from harness.records import results as stored
from harness.records import toml
from harness.records.catalog import Catalog
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import FLASK
from harness.site import questions
from harness.site.atlas import Atlas
from harness.site.atlas import Origin
from harness.site.atlas import Released
from harness.site.atlas import Snapshot
from harness.site.pages import build_site
from harness.site.rendering import File
from harness.system.machine import now
from harness.track.history import read

MARK = ".flask-concurrency-site"
"""Marker file of a site: a folder with it may be replaced by a new site."""


def site(sources: Sources, url: str, out: Path) -> int:
    """Write the atlas: static pages made from reports and histories."""
    known = load(sources.catalog)
    snapshot, released = sources.snapshot, sources.released
    if sources.ask_index and released:
        files.write(released, _on_index(known))
    runs = [_run(folder) for folder in sources.results]
    histories = [_read(folder, read) for folder in sources.history]
    atlas = Atlas(
        list(chain(*runs, *histories)),
        known,
        probe_by("flask-concurrency probe"),
        Origin(
            toml.read(snapshot, Snapshot, "check --snapshot") if snapshot else None,
            files.read(released, Released) if released else None,
        ),
        runs,
    )
    count, size = write(out, build_site(atlas, questions.load(), url))
    print(f"{out}/index.html: {count} files, {size / 1e6:.1f} MB")
    return 0


def _on_index(known: Catalog) -> Released:
    """The releases of Flask and of all servers. Raises ``UsageError``."""
    # Imported late: nothing else here needs the network.
    from harness.environments.index import releases_of

    projects = {FLASK: FLASK}
    projects |= {
        server.name: server.package for server in known.servers if server.package
    }
    packages = {
        name: tuple(
            release.version
            for release in releases_of(project)
            if _is_ordinary(Version(release.version))
        )
        for name, project in projects.items()
    }
    return Released(asked_at=now(), packages=packages)


def _is_ordinary(version: Version) -> bool:
    """Whether a version is neither a prerelease nor a date, such as 20140210.

    A date would sort above every other version, although it is older.
    """
    return not version.is_prerelease and version.major < 19_000_000


def _read(
    folder: Path, reader: Callable[[Path], tuple[list[Evidence], list[UsageError]]]
) -> list[Evidence]:
    """All evidence in a folder. Raises ``UsageError``."""
    evidence, faults = reader(folder)
    for fault in faults:
        raise fault
    return evidence


def _run(folder: Path) -> list[Evidence]:
    """The evidence of a run. Raises ``UsageError``."""
    if run := _read(folder, stored.read_evidence):
        return run
    raise UsageError(f"{folder}: has no evidence; choose another folder with --results")


def write(out: Path, site: Iterable[File]) -> tuple[int, int]:
    """Write a site whole or not at all; return the number of files and of bytes.

    Raises ``UsageError`` if the folder contains anything but a site.
    """
    if out.exists() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError(
            f"{out}: has files that no earlier run wrote, and they would be removed; "
            "choose another folder with --out"
        )
    if Path.cwd().is_relative_to(out.resolve()):
        raise UsageError(
            f"{out}: the current folder is in it, and would be removed; choose another "
            "folder with --out, such as site"
        )
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    count = size = 0
    for file in site:
        path = part / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        count, size = count + 1, size + len(file.content)
    (part / MARK).write_text("Written by flask-concurrency site.\n")
    if out.exists():
        shutil.rmtree(out)
    os.replace(part, out)
    return count, size
