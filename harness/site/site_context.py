"""What all pages of a site share: its address, navigation and age."""

from __future__ import annotations

from typing import NamedTuple

from harness.site.atlas import Atlas

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
    """What templates know about the whole site, as ``site``."""

    url: str
    """The address of the site, with a slash at the end; empty if unknown."""
    generated_at: str
    sample: bool
    navigation: tuple[tuple[str, str], ...] = NAVIGATION

    @classmethod
    def of(cls, atlas: Atlas, url: str = "") -> SiteContext:
        """The context of a site that will be at an address."""
        address = f"{url.rstrip('/')}/" if url else ""
        sample = atlas.snapshot is not None and atlas.snapshot.sample
        return cls(address, atlas.generated_at, sample)
