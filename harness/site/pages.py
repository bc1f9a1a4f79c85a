"""Builds all files of the site."""

from collections.abc import Iterator
from collections.abc import Mapping

from harness.plan.server_options import rules
from harness.records.text import plural
from harness.report.words import QUESTIONS
from harness.site import address
from harness.site import answer_pages
from harness.site import api
from harness.site import badges
from harness.site import cell_pages
from harness.site import change_pages
from harness.site import crawlers
from harness.site import data_pages
from harness.site import diff_pages
from harness.site import matrix
from harness.site import preview_picture
from harness.site import question_pages
from harness.site import schema_org
from harness.site import server_pages
from harness.site import verdict_pages
from harness.site.atlas import Atlas
from harness.site.measured import measured_cells
from harness.site.questions import TypedQuestion
from harness.site.rendering import embedded
from harness.site.rendering import File
from harness.site.rendering import static
from harness.site.rendering import text_file
from harness.site.site_context import SiteContext


def build_site(
    atlas: Atlas, typed: Mapping[str, TypedQuestion], url: str = ""
) -> Iterator[File]:
    """Build every file; ``url`` is the future address of the site, if known."""
    site = SiteContext.of(atlas, typed, url)
    paths = []
    for file in _pages(site):
        paths.append(file.path)
        yield file
    yield from change_pages.files(site)
    yield from api.files(site)
    yield from badges.files(site)
    yield from _cards(site)
    yield text_file("icon.svg", static("icon.svg"))
    yield from crawlers.files(site, paths)
    for evidence in dict.fromkeys(entry.file for entry in atlas.entries):
        yield text_file(evidence.path, evidence.text)


def _pages(site: SiteContext) -> Iterator[File]:
    yield _index(site)
    yield from cell_pages.pages(site)
    yield from server_pages.pages(site)
    yield from verdict_pages.pages(site)
    yield from answer_pages.pages(site, _filter(site.atlas))
    yield from question_pages.pages(site)
    yield from diff_pages.pages(site)
    yield from data_pages.pages(site)
    yield _explain(site)


def _index(site: SiteContext) -> File:
    count = plural(len(site.atlas.entries), "cell")
    about = (
        "Every request that enters the app is counted there, and nothing is inferred "
        f"from time: {count} of server, configuration and release, each a page of its "
        "own."
    )
    return site.page(
        "index.html",
        script="filter.js",
        described=schema_org.website(site),
        name="How many requests does a Flask deployment really handle at once?",
        description=about,
        view=matrix.overview(site.atlas),
        filter=_filter(site.atlas),
        questions=site.answered,
        featured=[
            (each, each.written(each.question.answer))
            for each in sorted(site.answered, key=lambda page: page.question.featured)
            if each.question.featured and not each.missing
        ],
    )


def _filter(atlas: Atlas) -> dict[str, object]:
    """The choices of the forms."""
    return {
        "servers": list(atlas.titles.items()),
        "questions": [
            (str(question), QUESTIONS[question].question)
            for question in answer_pages.of_any(atlas)
        ],
    }


EXAMPLES = (
    "gunicorn app:app",
    "gunicorn -w 4 --threads 2 app:app",
    "gunicorn -k gevent -w 4 app:app",
    "uwsgi --http :8000 --master -p 4 --threads 2 --module app:app",
    "waitress-serve --threads=8 app:app",
    "flask run --host 0.0.0.0",
    "gunicorn -c gunicorn.conf.py app:app",
)
"""Commands to try, as people write them."""


def _explain(site: SiteContext) -> File:
    return site.page(
        "explain.html",
        script="explain.js",
        rules=rules(),
        examples=EXAMPLES,
        data=embedded({"rules": rules(), "measured": measured_cells(site.atlas)}),
    )


def _cards(site: SiteContext) -> Iterator[File]:
    """The picture of each page."""
    atlas = site.atlas
    current = matrix.current(atlas.report.cells)
    yield File("card/index.png", preview_picture.of_cells(current))
    for entry in atlas.entries:
        path = f"card/{address.cell(entry.cell)}.png"
        yield File(path, preview_picture.of_cell(entry.cell))
    for name in atlas.servers:
        newest = atlas.newest_of(name)
        path = f"card/server-{address.segment(name)}.png"
        yield File(path, preview_picture.of_cells(newest))
    for each in site.answered:
        first = next(iter(each.cells.values()), None)
        picture = (
            preview_picture.of_cell(first)
            if first
            else preview_picture.of_cells(current)
        )
        yield File(f"card/question-{each.name}.png", picture)
