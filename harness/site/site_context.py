"""The site being built: what its pages are made from, and what they share."""

from collections.abc import Mapping
from typing import Any
from typing import NamedTuple
from typing import Self

from harness.site.atlas import Atlas
from harness.site.questions import answered
from harness.site.questions import QuestionPage
from harness.site.questions import TypedQuestion
from harness.site.rendering import File
from harness.site.rendering import render

NAVIGATION = (
    ("Matrix", "index.html"),
    ("Servers", "servers.html"),
    ("Questions", "questions.html"),
    ("Explain", "explain.html"),
    ("Diff", "diff.html"),
    ("Changes", "changes.html"),
    ("Method", "method.html"),
    ("Data", "data.html"),
)


class SiteContext(NamedTuple):
    """The site being built; templates know it as ``site``."""

    atlas: Atlas
    answered: tuple[QuestionPage, ...]
    """The questions that people type, with their answers."""
    url: str
    """The address of the site, with a slash at the end; empty if unknown."""
    navigation: tuple[tuple[str, str], ...] = NAVIGATION

    @classmethod
    def of(
        cls, atlas: Atlas, typed: Mapping[str, TypedQuestion], url: str = ""
    ) -> Self:
        """The context of a site that will be at an address."""
        address = f"{url.rstrip('/')}/" if url else ""
        return cls(atlas, tuple(answered(typed, atlas.report.cells)), address)

    @property
    def generated_at(self) -> str:
        """When the newest cell was measured."""
        return self.atlas.generated_at

    @property
    def sample(self) -> bool:
        """Whether it has only a few cells."""
        snapshot = self.atlas.snapshot
        return snapshot is not None and snapshot.sample

    def page(self, template: str, path: str = "", **values: Any) -> File:
        """A page of the site, by default at a path like its template's."""
        return render(template, path, site=self, **values)
