"""Knows the words of the issue about what changed between releases; must not know how
an issue is opened.

Text of others (names of releases, reasons) is escaped, as in every report.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.records.track import Timeline
from harness.report import markdown
from harness.report.escape import link
from harness.report.escape import prose
from harness.report.sections.timeline import sections
from harness.report.sections.timeline import sentences

TITLE = "What changed from release to release"

MARK = "<!-- flask-concurrency-track -->"
"""By this the issue is found again, whatever its title has become."""

MOST = 60_000
"""Bytes of a text; GitHub takes 65,536 characters."""


class Issue(NamedTuple):
    """What is said: all that is known, and what is new."""

    body: str
    news: str


def write(
    timeline: Timeline | None, faults: Sequence[str], address: str
) -> Issue | None:
    """The issue, if there is anything to say; ``address`` is the page of the run."""
    said = sentences(timeline) if timeline else []
    if not said and not faults:
        return None
    news = _news(said, faults, address)
    known = markdown.write(sections(timeline)) if timeline else ""
    return Issue(body=_cut(f"{MARK}\n{news}\n{known}"), news=_cut(news))


def _news(said: Sequence[str], faults: Sequence[str], address: str) -> str:
    lines = []
    if said:
        lines += ["### New", "", *(f"- {prose(each)}" for each in said), ""]
    if faults:
        lines += ["### What went wrong", "", *(f"- {prose(each)}" for each in faults)]
        lines.append("")
    where = link("this run", address) if address else "a run without a page"
    return "\n".join([*lines, f"Found by {where}.", ""])


def _cut(text: str) -> str:
    """At the end of a line, where it is too long."""
    raw = text.encode()
    if len(raw) <= MOST:
        return text
    kept = raw[:MOST].decode("utf-8", "ignore").rpartition("\n")[0]
    return f"{kept}\n\nThere is more in the artifact of the run.\n"
