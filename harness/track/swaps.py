"""Finds the package that a change comes from by swapping one package at a time.

An environment of one side of the change is made again with all versions pinned, except
that one package has the version of the other side.
"""

from collections.abc import Iterator
from collections.abc import Sequence

import msgspec
from packaging.utils import canonicalize_name

from harness.plan.plan import plan_cells
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.changes import Difference
from harness.records.plan import Plan
from harness.records.track import Swap
from harness.track.bracket import compare_with_ends
from harness.track.bracket import Like
from harness.track.lost_requests import watching
from harness.track.point import Point
from harness.track.point import point
from harness.track.point import version_changes
from harness.track.search import Measure

SWAPPED_ALONE = ("Flask", "Werkzeug")
"""Packages that are swapped alone, like the server; all others are swapped together."""

Part = tuple[Difference, ...]
"""Packages that are swapped together."""


def find_parts(old: Point, new: Point, server: Server) -> list[Part]:
    """Possible causes of a change: packages whose installed version differs."""
    project = canonicalize_name(server.package or "")
    return group_versions(version_changes(old, new), project, server.name)


def group_versions(
    versions: Sequence[Difference], project: str, name: str
) -> list[Part]:
    """Flask, Werkzeug and the server, each alone, and all other packages together.

    The server has a ``project`` on the package index, and a ``name`` in the catalog. A
    package that only one side has cannot be swapped.
    """
    alias = name if name != project else ""
    in_both = [d for d in versions if d.before and d.now and d.name != alias]
    alone = [each for each in in_both if each.name in (*SWAPPED_ALONE, project)]
    rest = tuple(
        each for each in in_both if each not in alone and each.name != "Python"
    )
    return [*((each,) for each in alone), *([rest] if rest else [])]


def measure_swaps(
    catalog: Catalog,
    selection: Selection,
    server: Server,
    edge: tuple[Point, Point],
    measure: Measure,
) -> Iterator[Swap]:
    """Swap each part on either side of a change. Raises ``Interrupted``."""
    for on, side in zip((Like.OLD, Like.NEW), edge, strict=True):
        for part in find_parts(*edge, server):
            plan = plan_swap(catalog, selection, server, side, part, on)
            plan = watching(plan, side.act)
            (evidence,) = measure(plan)
            swapped = point(side.release, evidence, side.act)
            yield Swap(
                packages=part,
                on=on,
                like=compare_with_ends(swapped, *edge),
                said=swapped.number,
                reason=swapped.reason,
            )


def plan_swap(
    catalog: Catalog,
    selection: Selection,
    server: Server,
    side: Point,
    part: Part,
    on: Like,
) -> Plan:
    """The environment of one side, with some packages from the other side."""
    swapped = {
        str(canonicalize_name(each.name)): (each.now if on is Like.OLD else each.before)
        or ""
        for each in part
    }
    installed = side.evidence.installed.items()
    pins = {str(canonicalize_name(name)): version for name, version in installed}
    pins |= swapped
    own = canonicalize_name(server.package or "")
    environment = msgspec.structs.replace(
        side.evidence.environment,
        flask=swapped.get("flask", side.evidence.environment.flask),
        server_version=swapped.get(own, side.evidence.environment.server_version),
    )
    cell = environment.cell(side.cell.configuration)
    (planned,) = plan_cells(catalog, selection, [cell]).environments
    others = sorted(pins.keys() - {"flask", own, "pip"})
    constraints = tuple(f"{name}=={pins[name]}" for name in others)
    planned = msgspec.structs.replace(planned, constraints=constraints)
    return Plan(environments=(planned,))


# ------------------------------------------------------------------------- the cause


def cause(parts: Sequence[Part], swaps: Sequence[Swap]) -> str:
    """The cause of a change as one sentence, as far as the swaps show it."""
    if not parts:
        return "Nothing that could be swapped differs between the two."
    if len(parts) == 1:
        return f"{names(parts[0])}, since nothing else differs."
    alone = [p for p in parts if _like(swaps, p, Like.OLD) == Like.NEW]
    undone = [p for p in parts if _like(swaps, p, Like.NEW) == Like.OLD]
    if len(alone) == 1 and undone in ([], alone):
        more = "; taking it back undoes the change" if undone else ""
        return f"{names(alone[0])}, which makes the change alone{more}."
    if not alone and len(undone) == 1:
        return (
            f"{names(undone[0])} is needed: taking it back undoes the change, but "
            "alone it was not seen to make it."
        )
    if alone:
        several = " and ".join(map(names, alone))
        return f"Each of {several} makes the change alone."
    return "No single package makes the change; the swaps show what each one did."


def _like(swaps: Sequence[Swap], part: Part, on: Like) -> str:
    return next((s.like for s in swaps if s.packages == part and s.on == on), "")


def names(part: Part) -> str:
    """The names of the packages of a part."""
    return ", ".join(each.name for each in part)
