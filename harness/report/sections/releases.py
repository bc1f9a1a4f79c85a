"""The section on what changed from one release to the next within one run."""

from collections.abc import Sequence

from harness.records.changes import Difference
from harness.records.changes import ReleaseChange
from harness.records.changes import Seen
from harness.records.groups import grouped
from harness.records.words import Outcome
from harness.report import words
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Section
from harness.report.document import Worth
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Text

CAUSES = ("Python", "Flask", "Werkzeug")
"""Packages, besides the server, whose versions are named as possible causes."""


def section(changes: Sequence[ReleaseChange]) -> Section:
    """Each change once, with all configurations of a server that it applies to."""
    items = tuple(
        Item(sentence(several), mark=words.CHANGES[several[0].change])
        for several in grouped(changes, _what_changed).values()
    )
    title = "From release to release"
    return Section.of(title.lower(), title, Items(items), worth=Worth.TABLE)


def _what_changed(change: ReleaseChange) -> tuple[object, ...]:
    """What configurations of a server that changed in the same way have in common."""
    where = change.package, change.release, change.after, change.server
    went = _number(change.before), _number(change.now), change.reason
    return *where, _flasks(change), *went


def sentence(several: Sequence[ReleaseChange]) -> Text:
    """One change of several configurations, in words."""
    one = several[0]
    title = one.server_title or one.server
    configurations = dict.fromkeys(Name(each.configuration) for each in several)
    which, package, under = joined(", ", configurations), title, Text()
    if one.package == one.server:
        under = say(" on Flask {}", joined(", ", _flasks(one)))
    else:
        which, package = say("{} {}", title, which), one.package
    return say(
        "{} {} (after {}): {} went from {} to {}{}{}{}",
        *(package, one.release, one.after, which),
        *(_number(one.before), _number(one.now), under, _with(one)),
        say_if(one.reason, ": {}"),
    )


def _number(seen: Seen) -> str:
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


def _with(change: ReleaseChange) -> Text:
    """The other versions that changed with it, and may be the cause."""
    causes = [d for d in change.versions if d.name in (*CAUSES, change.server)]
    titles = {change.server: change.server_title}
    versions = [
        _version(cause, titles.get(cause.name) or cause.name) for cause in causes
    ]
    return say(" (with {})", joined(", ", versions)) if versions else Text()


def _version(each: Difference, name: str) -> Text:
    return say("{} {} after {}", name, each.now or "gone", each.before or "none")
