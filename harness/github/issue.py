"""The issue that reports what changed between releases, and what went wrong.

There is one open issue, which is found again by a mark in its text. Foreign text (names
of releases, reasons) is escaped, as in every report.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.github.api import Api
from harness.github.api import Repository
from harness.records.track import Timeline
from harness.report import markdown
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.sections.timeline import sections
from harness.report.sections.timeline import sentences
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import WebLink

TITLE = "What changed from release to release"

MARK = "<!-- flask-concurrency-track -->"
"""Text by which the issue is found again, even if somebody changed its title."""

MOST = 60_000
"""Most bytes of a text; GitHub takes 65,536 characters."""

BOT = "github-actions[bot]"
"""The user that opens an issue with a job's token."""


class Issue(NamedTuple):
    """The texts of the issue."""

    body: str
    """The text of the issue: what is new, and below it the whole timeline."""
    news: str
    """The comment on an issue that is already open: what is new."""


class _Opened(msgspec.Struct):
    number: int
    body: str | None = None
    pull_request: object = None


def open_or_update(repository: Repository, issue: Issue) -> int:
    """Open the issue, or update the one that is open; return its number.

    An open issue gets the new text, and a comment, of which its subscribers are
    notified. Only issues that the job's own token opened count: anybody can write the
    mark. Raises ``UsageError``.
    """
    client = Api(repository, "issues: write")
    number = _find(client)
    if number is None:
        opened = {"title": TITLE, "body": issue.body}
        return client.ask("/issues", _Opened, "POST", opened).number
    client.ask(f"/issues/{number}", _Opened, "PATCH", {"body": issue.body})
    comment = {"body": issue.news}
    client.ask(f"/issues/{number}/comments", object, "POST", comment)
    return number


def _find(client: Api) -> int | None:
    """The number of the oldest open issue with the mark."""
    query = {"state": "open", "creator": BOT, "sort": "created", "direction": "asc"}
    for each in client.pages("/issues", query, list[_Opened], lambda page: page):
        if each.pull_request is None and MARK in (each.body or ""):
            return each.number
    return None


def write(
    timeline: Timeline | None, faults: Sequence[str], address: str
) -> Issue | None:
    """The issue, or ``None`` if nothing is new; ``address`` is the page of the run."""
    changes = sentences(timeline) if timeline else []
    if not changes and not faults:
        return None
    news = _news(changes, faults, address)
    known = markdown.write(sections(timeline)) if timeline else ""
    return Issue(body=_cut(f"{MARK}\n{news}\n{known}"), news=_cut(news))


def _news(changes: Sequence[str], faults: Sequence[str], address: str) -> str:
    where = WebLink("this run", address) if address else "a run without a page"
    return markdown.write(
        [
            _list("New", changes),
            _list("What went wrong", faults),
            Section("the run", Text(), (Paragraph(say("Found by {}.", where)),)),
        ]
    )


def _list(title: str, texts: Sequence[str]) -> Section:
    items = tuple(Item(say("{}", text)) for text in texts)
    return Section.of(title, title, Items(items))


def _cut(text: str) -> str:
    """The text, or as many of its lines as GitHub takes."""
    raw = text.encode()
    if len(raw) <= MOST:
        return text
    lines = raw[:MOST].decode("utf-8", "ignore").rpartition("\n")[0]
    return f"{lines}\n\nThere is more in the artifact of the run.\n"
