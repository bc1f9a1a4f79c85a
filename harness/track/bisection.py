"""Makes the record of a bisection.

Nothing is concluded about releases that were not measured: a change may have been made
and undone among them.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from harness.judge.judge import Reproduce
from harness.records.track import Bisection
from harness.records.track import Side
from harness.records.track import Swap
from harness.records.track import Try
from harness.track.bracket import Bracket
from harness.track.bracket import Like
from harness.track.follow import Followed
from harness.track.point import compare_points
from harness.track.point import Point
from harness.track.point import version_changes
from harness.track.search import ChangePoint
from harness.track.search import Search
from harness.track.spans import make_gaps
from harness.track.swaps import cause
from harness.track.swaps import find_parts


def make_bisection(
    followed: Followed,
    search: Search,
    change: ChangePoint,
    swaps: Sequence[Swap],
    reproduce: Reproduce,
) -> Bisection:
    """Make a bisection's record from a search and the swaps at the change.

    ``reproduce`` makes the command that measures a cell again.
    """
    old, new = change.old, change.new
    (finding,) = compare_points([(old, new)])
    server = followed.target.server
    inside = change.releases[change.bracket.low + 1 : change.bracket.high]
    return Bisection(
        package=followed.package.name,
        server=server.name,
        server_title=server.title,
        configuration=followed.target.configuration.id,
        python=followed.cells[0].python,
        releases=tuple(change.releases),
        old=_side(old, reproduce),
        new=_side(new, reproduce),
        words=finding.words,
        between=tuple(make_gaps([search.points[each] for each in inside])),
        tries=tuple(_try(search, each, change.likes) for each in search.order),
        others=tuple(other_changes(change.releases, change.likes, change.bracket)),
        versions=version_changes(old, new),
        swaps=tuple(swaps),
        cause=cause(find_parts(old, new, server), swaps),
    )


def _side(point: Point, reproduce: Reproduce) -> Side:
    cell, evidence = point.cell, point.evidence
    return Side(
        release=point.release,
        cell=cell.id,
        said=point.number,
        outcome=cell.outcome,
        reason=point.reason or cell.reason,
        rounds=len(cell.rounds),
        curve=cell.curve,
        installed=evidence.installed,
        measured_at=evidence.measured_at,
        host=evidence.host,
        reproduce=reproduce(evidence, evidence.cells[0]),
    )


def _try(search: Search, release: str, likes: Mapping[str, Like]) -> Try:
    point = search.points[release]
    return Try(
        release=release,
        said=point.number,
        like=likes.get(release, Like.UNKNOWN),
        reason=point.reason,
        reused=search.is_reused(release),
    )


def other_changes(
    releases: Sequence[str], likes: Mapping[str, Like], bracket: Bracket
) -> Iterator[str]:
    """Sentences on signs that there is another change."""
    low, high, _ = bracket
    if likes[releases[high]] is Like.NEITHER:
        yield (
            f"{releases[high]} is not like {releases[-1]} either: the number changes "
            "again after it"
        )
    for number, release in enumerate(releases):
        like = likes.get(release)
        if number < low and like in (Like.NEW, Like.NEITHER):
            yield (
                f"{release} is not like {releases[0]}, though {releases[low]} after "
                "it is"
            )
        if number > high and like is Like.OLD:
            yield f"{release} is like {releases[0]} again"
