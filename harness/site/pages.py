"""Builds all files of the site."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

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
from harness.site import questions
from harness.site import schema_org
from harness.site import server_pages
from harness.site import verdict_pages
from harness.site.atlas import Atlas
from harness.site.measured import measured_cells
from harness.site.questions import QuestionPage
from harness.site.questions import TypedQuestion
from harness.site.rendering import embedded
from harness.site.rendering import File
from harness.site.rendering import render
from harness.site.rendering import static
from harness.site.rendering import text_file
from harness.site.site_context import SiteContext


def build_site(
    atlas: Atlas, typed: Mapping[str, TypedQuestion], url: str = ""
) -> Iterator[File]:
    """Build every file; ``url`` is the future address of the site, if known."""
    site = SiteContext.of(atlas, url)
    answered = questions.answered(typed, atlas.report.cells)
    paths = []
    for file in _pages(atlas, site, answered):
        paths.append(file.path)
        yield file
    yield from change_pages.files(atlas, site)
    yield from api.files(atlas, site, answered)
    yield from badges.files(atlas, site)
    yield from _cards(atlas, answered)
    yield text_file("icon.svg", static("icon.svg"))
    yield from crawlers.files(atlas, site, answered, paths)
    for evidence in dict.fromkeys(entry.file for entry in atlas.entries):
        yield text_file(evidence.path, evidence.text)


def _pages(
    atlas: Atlas, site: SiteContext, answered: Sequence[QuestionPage]
) -> Iterator[File]:
    yield _index(atlas, site, answered)
    yield from cell_pages.pages(atlas, site, answered)
    yield from server_pages.pages(atlas, site, answered)
    yield from verdict_pages.pages(atlas, site)
    yield from answer_pages.pages(atlas, site, answered, _filter(atlas))
    yield from question_pages.pages(site, answered)
    yield from diff_pages.pages(atlas, site)
    yield from data_pages.pages(atlas, site)
    yield _explain(atlas, site)


def _index(atlas: Atlas, site: SiteContext, answered: Sequence[QuestionPage]) -> File:
    count = plural(len(atlas.entries), "cell")
    lead = (
        "Every request that enters the app is counted there, and nothing is inferred "
        f"from time: {count} of server, configuration and release, each a page of its "
        "own."
    )
    return render(
        "index.html",
        script="filter.js",
        described=schema_org.website(site),
        site=site,
        name="How many requests does a Flask deployment really handle at once?",
        description=lead,
        lead=lead,
        view=matrix.overview(atlas),
        filter=_filter(atlas),
        questions=answered,
        featured=[
            (each, each.written(each.question.answer))
            for each in sorted(answered, key=lambda page: page.question.featured)
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


def _explain(atlas: Atlas, site: SiteContext) -> File:
    return render(
        "explain.html",
        script="explain.js",
        site=site,
        rules=rules(),
        examples=EXAMPLES,
        data=embedded({"rules": rules(), "measured": measured_cells(atlas)}),
    )


def _cards(atlas: Atlas, answered: Sequence[QuestionPage]) -> Iterator[File]:
    """The picture of each page."""
    current = matrix.current(atlas.report.cells)
    yield File("card/index.png", preview_picture.of_cells(current))
    for entry in atlas.entries:
        path = f"card/{address.cell(entry.cell)}.png"
        yield File(path, preview_picture.of_cell(entry.cell))
    for name in atlas.servers:
        newest = atlas.newest_of(name)
        path = f"card/server-{address.segment(name)}.png"
        yield File(path, preview_picture.of_cells(newest))
    for each in answered:
        first = next(iter(each.cells.values()), None)
        picture = (
            preview_picture.of_cell(first)
            if first
            else preview_picture.of_cells(current)
        )
        yield File(f"card/question-{each.name}.png", picture)
