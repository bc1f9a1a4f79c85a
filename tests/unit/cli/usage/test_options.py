"""Which questions ``--ask`` selects, and that every question is complete."""

from pathlib import Path

import msgspec
import pytest

from docs.make.action import action
from harness.cli import check_words
from harness.cli.plan import plan_of
from harness.cli.usage import options
from harness.cli.usage.plan import plan as plan_verb
from harness.cli.usage.selecting import Selected
from harness.judge.questions import ANSWERING
from harness.plan.plan import make_plan
from harness.probe.questions import on_own_server
from harness.probe.questions import on_same_server
from harness.probe.questions import PROCEDURES
from harness.records.catalog import Selection
from harness.records.choices import DEFAULT_ASK
from harness.records.choices import Question
from harness.records.choices import TO_CHOOSE
from harness.records.errors import UsageError
from harness.records.evidence import CellEvidence
from harness.records.seen import AnySeen
from harness.records.seen import RECORDS
from harness.records.words import Outcome
from harness.report.words import QUESTIONS
from tests.builders.catalogs import REAL

ROOT = Path(__file__).parents[4]


def selected(*words: str) -> Selected:
    """Parse the options that select, from a command line."""
    chosen: Selected = plan_verb.make_context("plan", [*words]).params["selected"]
    return chosen


def selection(*words: str) -> Selection:
    """Return the selection that a command line makes."""
    return selected(*words).selection


def questions_of(*words: str) -> tuple[Question, ...]:
    """Return the questions that a command line asks."""
    return selection(*words).ask


def test_the_default_questions_are_cheap() -> None:
    assert questions_of() == DEFAULT_ASK
    assert not on_own_server(DEFAULT_ASK)
    assert on_same_server(DEFAULT_ASK) == [Question.SELF_CALL]


@pytest.mark.parametrize(
    "words", [("--ask", "self-call"), ("--ask=self-call,overlap", "--ask", "overlap")]
)
def test_the_overlap_is_always_measured(words: tuple[str, ...]) -> None:
    assert questions_of(*words) == (Question.OVERLAP, Question.SELF_CALL)


def test_the_overlap_may_be_the_only_question() -> None:
    assert questions_of("--ask", "overlap") == (Question.OVERLAP,)


def test_all_selects_every_question() -> None:
    assert questions_of("--ask", "all") == TO_CHOOSE
    assert questions_of("--ask", "waits,all") == TO_CHOOSE


@pytest.mark.parametrize("word", ["overlaps", "", "self call"])
def test_an_unknown_question_is_refused_with_the_known_ones(word: str) -> None:
    with pytest.raises(UsageError, match=f"'{word}' is not one of: overlap, .*all"):
        check_words(["probe", f"--ask=self-call,{word}"])


def test_questions_reach_every_planned_environment() -> None:
    wanted = selection("--ask=overlap", "--server=gunicorn")
    plan = make_plan(REAL, wanted)
    assert {environment.ask for environment in plan.environments} == {
        (Question.OVERLAP,)
    }


@pytest.mark.parametrize(
    ("ask", "flask", "needed"),
    [("waits", "3.1.3", True), ("waits", "1.1.4", False), ("overlap", "3.1.3", False)],
)
def test_async_views_need_a_package(ask: str, flask: str, needed: bool) -> None:
    words = [f"--ask={ask}", "--server=werkzeug", f"--flask={flask}"]
    plan = make_plan(REAL, selection(*words))
    for environment in plan.environments:
        assert ("asgiref>=3.2" in environment.requirements) == needed


@pytest.mark.parametrize("question", [*Question][1:])
def test_every_question_has_a_procedure_a_record_and_documentation(
    question: Question,
) -> None:
    assert question in PROCEDURES
    failed = RECORDS[question](outcome=Outcome.DIED, reason="It fell over")
    assert failed.question is question
    written = msgspec.json.encode(failed)
    assert msgspec.json.decode(written, type=AnySeen) == failed
    assert {question} <= ANSWERING.keys() & QUESTIONS.keys()
    assert f"## {question}" in (ROOT / "docs" / "questions.md").read_text()
    if question in TO_CHOOSE:
        assert question in (ROOT / "README.md").read_text()
        assert f"`{question}`" in action()["inputs"]["ask"]["description"]
        assert options.parse_questions(question) == (question,)


def test_evidence_without_questions_can_be_read() -> None:
    fields = {field.name: field for field in msgspec.structs.fields(CellEvidence)}
    assert fields["asked"].default == ()


@pytest.mark.parametrize(
    ("glob", "words"),
    [
        ("zzz", "'zzz' matches no cell; .*--all --list shows every id; .*--flask"),
        (
            "flask-3.1.3/gunicorn-27.0.1/synk-4/*",
            ".*did you mean 'flask-3.1.3/gunic.*--flask",
        ),
    ],
)
def test_a_glob_that_matches_nothing(tmp_path: Path, glob: str, words: str) -> None:
    with pytest.raises(UsageError, match=f"^--only {words}"):
        plan_of(selected("--only", glob), tmp_path)
