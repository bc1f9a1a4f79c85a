"""Files for crawlers and assistants: ``llms.txt``, ``robots.txt``, a sitemap."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.text import plural
from harness.site import schema_org
from harness.site.rendering import File
from harness.site.rendering import filled
from harness.site.rendering import text_file
from harness.site.site_context import SiteContext


def files(site: SiteContext, paths: Sequence[str]) -> Iterator[File]:
    """``llms.txt``, ``robots.txt``, and a sitemap if the site's address is known."""
    yield filled(
        "llms.txt",
        site=site,
        cells=plural(len(site.atlas.entries), "cell"),
        answered=site.answered,
        servers=list(site.atlas.titles.items()),
        license=schema_org.LICENSE,
    )
    robots = "User-agent: *\nAllow: /\n"
    if site.url:
        robots += f"Sitemap: {site.url}sitemap.xml\n"
        yield filled("sitemap.xml", site=site, paths=paths)
    yield text_file("robots.txt", robots)
