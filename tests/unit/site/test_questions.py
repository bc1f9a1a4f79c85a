"""Questions that people search for: the cells that they cite exist."""

import functools
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.records.results import read_evidence
from harness.report.words import QUESTIONS
from harness.site.answer_values import value_of
from harness.site.questions import answered
from harness.site.questions import PLACEHOLDER
from harness.site.questions import QuestionPage
from harness.site.questions import Topic
from harness.site.questions import TypedQuestion
from tests.builders.atlas import QUESTIONS as TYPED
from tests.builders.atlas import whole_atlas

DATA = Path(__file__).parents[3] / "data"
NAMED = sorted(TYPED.items())


def texts(question: TypedQuestion) -> str:
    """Yield all texts of a question that may have placeholders."""
    return " ".join((question.answer, question.wrong, *question.detail))


@functools.cache
def cited() -> dict[str, QuestionPage]:
    """Every question with the cells that it cites, by its name."""
    return {page.name: page for page in answered(TYPED, whole_atlas().report.cells)}


def test_there_are_many_questions() -> None:
    assert len(TYPED) >= 25


@pytest.mark.parametrize(("name", "question"), NAMED, ids=[name for name, _ in NAMED])
def test_a_question_cites_cells_of_the_catalog(
    name: str, question: TypedQuestion
) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", name)
    page = cited()[name]
    assert page.missing == []
    used = {place[1] for place in PLACEHOLDER.finditer(texts(question))}
    assert used <= set(question.cells), "a place has no cell"
    assert used == set(question.cells), "a cell is cited and not used"
    for place in PLACEHOLDER.finditer(texts(question)):
        assert value_of(page.cells[place[1]], place[2])
    assert "{" not in page.answer and "`" not in page.answer
    assert question.asked[-1] in "?`" or question.asked.endswith("?")


@pytest.mark.parametrize(("name", "question"), NAMED, ids=[name for name, _ in NAMED])
def test_no_number_of_an_answer_is_written_by_hand(
    name: str, question: TypedQuestion
) -> None:
    """But for releases, and numbers that a reader chooses, such as `--threads 4`."""
    text = re.sub(r"`[^`]*`", "", PLACEHOLDER.sub("", question.answer))
    text = re.sub(r"(gunicorn|Flask) \d+(\.\d+)*", "", text)
    assert set(re.findall(r"\b\d+\b", text)) <= {"1000", "10", "4", "100", "512"}, text


def test_the_shipped_data_has_every_cited_cell() -> None:
    snapshot = tomllib.loads((DATA / "snapshot.toml").read_text())
    evidence, faults = read_evidence(DATA / "results")
    assert not faults
    ids = [cell.id for each in evidence for cell in each.cells]
    missing = [
        (name, glob)
        for name, question in NAMED
        for glob in question.cells.values()
        if not any(fnmatchcase(each, glob) for each in ids)
    ]
    if snapshot.get("sample"):
        assert len(missing) < sum(len(q.cells) for q in TYPED.values())
    else:
        assert not missing


def test_a_missing_cell_is_reported_and_not_guessed() -> None:
    question = TypedQuestion(
        asked="Is it?",
        about=Topic.BASICS,
        answer="It is {a.number}.",
        cells={"a": "flask-9/*"},
    )
    (page,) = answered({"x": question}, whole_atlas().report.cells)
    assert page.missing == ["flask-9/*"] and page.answer == "It is ?."


def test_the_newest_cell_is_cited() -> None:
    question = TypedQuestion(
        asked="?",
        about=Topic.BASICS,
        answer="{a.flask}",
        cells={"a": "flask-*/gunicorn-*/sync-4/*"},
    )
    (page,) = answered({"x": question}, whole_atlas().report.cells)
    assert page.answer == "Flask 3.1.3"


def test_every_question_of_the_probe_can_be_cited() -> None:
    for question in QUESTIONS:
        assert value_of(whole_atlas().report.cells[0], str(question)) == "not asked"
