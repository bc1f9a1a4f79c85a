"""Finds which installed versions and parts of the machine differ between two runs."""

from collections.abc import Mapping

from packaging.utils import canonicalize_name

from harness.records.changes import Difference
from harness.records.report import CellReport
from harness.records.report import Report

FIRST = {"python": "Python", "flask": "Flask", "werkzeug": "Werkzeug"}
"""Packages that are listed before others, and how their names are written."""

HOST = {
    "processors": "processors",
    "system": "system",
    "kernel": "kernel",
    "machine": "architecture",
    "quiet_by": "how a quiet server is recognized",
}
"""Fields of a host that may change a number, and their names in reports."""

InstalledBy = Mapping[str, Mapping[str, str]]
"""Versions by package, by the id of their environment."""


def installed_in(report: Report) -> InstalledBy:
    """The installed versions in each environment of a run."""
    return {
        environment.id: environment.installed for environment in report.environments
    }


def version_changes(
    before: CellReport,
    now: CellReport,
    old: InstalledBy,
    new: InstalledBy,
    excluding: str = "",
) -> tuple[Difference, ...]:
    """The versions that changed between two cells, without one package.

    Those are all versions in ``old`` and ``new``. Python, Flask, Werkzeug and the
    server come first. Where it is not known what was installed, only these are
    compared.
    """
    one, other = _versions(before, old), _versions(now, new)
    if not old.get(str(before.environment)) or not new.get(str(now.environment)):
        common = one.keys() & other.keys()
        one, other = ({k: v for k, v in d.items() if k in common} for d in (one, other))
    first = [*FIRST, canonicalize_name(now.server)]
    names = sorted(one.keys() | other.keys())
    names.sort(key=lambda n: first.index(n) if n in first else len(first))
    return tuple(
        Difference(name=FIRST.get(n, n), before=one.get(n), now=other.get(n))
        for n in names
        if one.get(n) != other.get(n) and n.lower() != excluding.lower()
    )


def _versions(cell: CellReport, installed: InstalledBy) -> dict[str, str]:
    known = {
        "python": cell.python,
        "flask": cell.flask,
        canonicalize_name(cell.server): cell.server_version,
    }
    versions = installed.get(str(cell.environment), {})
    return known | {canonicalize_name(name): value for name, value in versions.items()}


def machine_changes(before: Report, now: Report) -> tuple[Difference, ...]:
    """Differences between the machines of two runs that may change a number."""
    values = {
        name: (str(getattr(before.host, field)), str(getattr(now.host, field)))
        for field, name in HOST.items()
    } | {"limit": (str(before.limit), str(now.limit))}
    return tuple(
        Difference(name=name, before=old, now=new)
        for name, (old, new) in values.items()
        if old != new
    )
