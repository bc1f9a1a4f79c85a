"""Knows how changes from release to release are told; must not find any of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence

from harness.records.changes import Difference
from harness.records.changes import ReleaseChange
from harness.records.changes import Seen
from harness.records.words import Outcome
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.escape import terminal as safe
from harness.report.sections.changes import BADGES
from harness.report.sections.changes import Word

CAUSES = ("Python", "Flask", "Werkzeug")
"""Versions that are named beside a change, and the server's."""


def render(changes: Sequence[ReleaseChange]) -> str:
    """A section of its own; empty where nothing changed."""
    if not changes:
        return ""
    items = [
        f"- {BADGES[several[0].change]} {_sentence(several, prose, code)}"
        for several in _alike(changes)
    ]
    return "\n".join(["### From release to release", "", *items])


def plain(changes: Sequence[ReleaseChange]) -> list[str]:
    """The same as lines for a terminal or a log."""
    return [_sentence(several, safe, safe) for several in _alike(changes)]


def sentence(change: ReleaseChange) -> str:
    """One change in words; text of others is in it as it came."""
    return _sentence([change], str, "`{}`".format)


def _alike(changes: Iterable[ReleaseChange]) -> Iterable[list[ReleaseChange]]:
    """Configurations of a server that changed in the same way, together."""
    groups: dict[object, list[ReleaseChange]] = defaultdict(list)
    for each in changes:
        said = _spoken(each.before), _spoken(each.now), each.reason
        where = each.package, each.release, each.after, each.server
        groups[*where, *said, _flasks(each)].append(each)
    return groups.values()


def _sentence(several: Sequence[ReleaseChange], word: Word, name: Word) -> str:
    one = several[0]
    which = dict.fromkeys(each.configuration for each in several)
    title = one.server_title or one.server
    what = f"{word(title)} {', '.join(map(name, which))}"
    own = one.package == one.server
    what = ", ".join(map(name, which)) if own else what
    package = title if own else one.package
    said = f"{word(package)} {word(one.release)} (after {word(one.after)}): {what}"
    under = f" on Flask {word(', '.join(_flasks(one)))}" if own else ""
    why = f": {word(one.reason)}" if one.reason else ""
    return f"{said} {_went(one)}{under}{_beside(one, word)}{why}"


def _went(change: ReleaseChange) -> str:
    return f"went from {_spoken(change.before)} to {_spoken(change.now)}"


def _spoken(seen: Seen) -> str:
    if seen.said == "1":
        return "1 at a time"
    counted = seen.outcome is Outcome.MEASURED and seen.said != "unbounded"
    return f"{seen.said} at once" if counted else seen.said


def _flasks(change: ReleaseChange) -> tuple[str, ...]:
    """The releases of Flask that a change of a server was seen with."""
    if change.package == "Flask":
        return ()
    ids = (cell.removeprefix("flask-").partition("/")[0] for cell in change.cells)
    return tuple(dict.fromkeys(ids))


def _beside(change: ReleaseChange, word: Word) -> str:
    """What else changed at that place, and may be the cause."""
    found = [d for d in change.versions if d.name in (*CAUSES, change.server)]
    titles = {change.server: change.server_title}
    told = [_version(each, titles.get(each.name) or each.name, word) for each in found]
    return f" (with {', '.join(told)})" if told else ""


def _version(each: Difference, name: str, word: Word) -> str:
    return (
        f"{word(name)} {word(each.now or 'gone')} after {word(each.before or 'none')}"
    )
