"""The list of questions that people type, and the page of each."""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from harness.records.questions import Answer
from harness.site import address
from harness.site import curve
from harness.site import schema_org
from harness.site.questions import is_answer_to
from harness.site.questions import placeholders_in
from harness.site.questions import QuestionPage
from harness.site.questions import Topic
from harness.site.questions import Wording
from harness.site.rendering import File
from harness.site.site_context import SiteContext

MOST_NEAR = 6
"""Most other questions that are named beside one."""


def pages(site: SiteContext) -> Iterator[File]:
    """The list of questions, and a page for each."""
    yield site.page("questions.html", topics=_by_topic(site.answered))
    for each in site.answered:
        near = [other for other in site.answered if _near(each, other)]
        yield _page(site, each, near[:MOST_NEAR])


def _by_topic(
    answered: Sequence[QuestionPage],
) -> list[tuple[str, list[tuple[QuestionPage, Wording, Wording]]]]:
    """All questions, below their topics."""
    topics: dict[str, list[tuple[QuestionPage, Wording, Wording]]] = {
        topic: [] for topic in Topic
    }
    for each in answered:
        asked, answer = map(each.written, (each.question.asked, each.question.answer))
        topics[each.question.about].append((each, asked, answer))
    return [(topic, several) for topic, several in topics.items() if several]


def _near(one: QuestionPage, other: QuestionPage) -> bool:
    """Whether two different questions share their topic and some cell."""
    ids = {cell.id for cell in one.cells.values()}
    shared = any(cell.id in ids for cell in other.cells.values())
    same_topic = one.question.about == other.question.about
    return shared and same_topic and one is not other


def _answers(page: QuestionPage) -> Mapping[str, list[Answer]]:
    """The answers to other questions that the page cites, by the id of the cell."""
    cited: dict[str, list[Answer]] = defaultdict(list)
    for name, field in placeholders_in(page.question):
        if cell := page.cells.get(name):
            known = cited[cell.id]
            known += [
                answer
                for answer in cell.answers
                if is_answer_to(field, answer.question) and answer not in known
            ]
    return cited


def _page(site: SiteContext, page: QuestionPage, near: Sequence[QuestionPage]) -> File:
    question = page.question
    root = address.root_from(page.path)
    cells = list(page.cells.values())
    answers = _answers(page)
    unique = list({cell.id: cell for cell in cells}.values())
    return site.page(
        "question.html",
        page.path,
        name=page.asked,
        description=page.answer,
        card=f"card/question-{page.name}.png",
        described=schema_org.question(site, page.asked, page.answer),
        asked=page.written(question.asked, root).marked,
        answer=page.written(question.answer, root).marked,
        wrong=page.written(question.wrong, root).marked,
        detail=[page.written(each, root).marked for each in question.detail],
        also=question.also,
        links=question.links,
        cells=[(cell, answers.get(cell.id, [])) for cell in unique],
        related=near,
        missing=page.missing,
        curve=curve.draw(cells[0]) if question.draw and cells else "",
    )
