"""Wheels built for a run: their metadata, and where they are stored."""

import hashlib
import zipfile
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from packaging.utils import parse_wheel_filename

from harness.environments.source import SourceFault
from harness.records import files
from harness.records.plan import Plan

WHEELS = "wheels"
"""The folder for wheels, beside the plan."""


class WheelMetadata(NamedTuple):
    """The metadata of a wheel that a plan needs."""

    name: str
    version: str
    python: str
    """The range of Pythons that the wheel supports; empty for any."""
    requires: tuple[str, ...]


def read_metadata(wheel: Path) -> WheelMetadata:
    """The metadata of a wheel. Raises ``SourceFault`` when it is not a whole wheel."""
    # Imported late: every run plans, and few build anything.
    from packaging.metadata import Metadata

    try:
        parse_wheel_filename(wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            (name,) = filter(_is_metadata, archive.namelist())
            content = archive.read(name)
        # Only the fields that are used are checked, because build tools take liberties.
        metadata = Metadata.from_email(content, validate=False)
        return WheelMetadata(
            name=metadata.name,
            version=str(metadata.version),
            python=str(metadata.requires_python or ""),
            requires=tuple(map(str, metadata.requires_dist or ())),
        )
    # Whatever these libraries cannot parse, they report as a ValueError.
    except (ValueError, OSError, zipfile.BadZipFile):
        raise SourceFault("is not a whole wheel", "build it again") from None


def _is_metadata(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder.endswith(".dist-info") and file == "METADATA"


def only_wheel(folder: Path) -> Path:
    """The one wheel in a folder. Raises ``SourceFault`` for none or several."""
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceFault("built no wheel", "correct its build")
    return wheels[0]


def content_hash(wheel: Path) -> str:
    """A hash of the names and contents of the files in a wheel, without their times."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            digest.update(name.encode() + b"\0" + archive.read(name) + b"\0")
    return digest.hexdigest()


def keep_wheel(wheel: Path, content: str, results: Path) -> str:
    """Copy a wheel below ``results``; return its path there.

    The same content has the same path, which is never overwritten, so that an
    environment is filled again only when something has changed.
    """
    path = Path(WHEELS, content[:16], wheel.name)
    if not (results / path).exists():
        files.write_bytes(results / path, wheel.read_bytes())
    return path.as_posix()


def bring_wheels(plan: Plan, source: Path, results: Path) -> None:
    """Copy the wheels of a plan from below ``source`` to below ``results``.

    Wheels that are there already stay. Raises ``UsageError`` when one is in neither.
    """
    for built in chain.from_iterable(each.built for each in plan.environments):
        wheel, target = source / built.wheel, results / built.wheel
        if target.exists():
            continue
        remedy = (
            f"the plan measures {built.package} {built.version} from it: copy the "
            "folder of wheels together with the plan, or make the plan again"
        )
        files.write_bytes(target, files.read_bytes(wheel, remedy))
