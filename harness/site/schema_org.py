"""Describes pages for search engines, in the vocabulary of https://schema.org."""

from harness.site.site_context import SiteContext

NAME = "Flask Concurrency Matrix"

LICENSE = "BSD-3-Clause"
"""License of all data of a site, as an identifier of https://spdx.org/licenses."""

LICENSE_PAGE = f"https://spdx.org/licenses/{LICENSE}.html"

CONTEXT = "https://schema.org"

Described = dict[str, object]


def website(site: SiteContext) -> Described | None:
    """Describe the whole site, for its front page; empty if its address is unknown."""
    if not site.url:
        return None
    return {"@context": CONTEXT, "@type": "WebSite", "name": NAME, "url": site.url}


def question(site: SiteContext, asked: str, answer: str) -> Described:
    """Describe a question with its answer."""
    return {
        "@context": CONTEXT,
        "@type": "FAQPage",
        "dateModified": site.generated_at,
        "mainEntity": [
            {
                "@type": "Question",
                "name": asked,
                "acceptedAnswer": {"@type": "Answer", "text": answer},
            }
        ],
    }


def dataset(site: SiteContext, about: str) -> Described:
    """Describe the data of the site, and where to get it."""
    files = (("application/json", "data.json"), ("text/csv", "data.csv"))
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": NAME,
        "description": about,
        "license": LICENSE_PAGE,
        "isAccessibleForFree": True,
        "dateModified": site.generated_at,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": f"{site.url}{path}",
            }
            for kind, path in files
        ],
    }
