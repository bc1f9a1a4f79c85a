"""Rules for the answers to all questions."""

from harness.records.choices import Question
from harness.records.evidence import ControlEvidence
from harness.records.seen import SelfCallSeen
from harness.records.seen import WaitsSeen
from harness.records.words import Outcome
from tests.builders.answers import answer
from tests.builders.answers import call
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds


def test_a_question_that_could_not_be_asked_is_unknown_and_says_why() -> None:
    died = SelfCallSeen(outcome=Outcome.DIED, reason="the server exited", seconds=1)
    found = answer(died)
    assert (found.answer, found.number, found.seconds) == ("unknown", None, 1)
    assert found.sentence == "It could not be asked (died): the server exited."


def test_a_question_does_not_affect_the_overlap() -> None:
    died = SelfCallSeen(outcome=Outcome.DIED, reason="the server exited")
    seen = rounds(4, (4, 1))
    one = cell(WHERE, "sync-4", 4, seen, asked=(died,))
    (found,) = judge([evidence(WHERE, [one])]).cells
    assert (found.outcome, found.ceiling) == (Outcome.MEASURED, 4)
    assert [each.question for each in found.answers] == [Question.SELF_CALL]


def test_a_wrong_control_leaves_every_question_unknown() -> None:
    seen = rounds(4, (4, 1))
    asked = SelfCallSeen(rounds=(call(1, 1),))
    one = cell(WHERE, "sync-4", 4, seen, asked=(asked,))
    wrong = ControlEvidence(processes=2, threads=2, outcome=Outcome.DIED, reason="odd")
    (found,) = judge([evidence(WHERE, [one], control=wrong)]).cells
    assert found.answers[0].answer == "unknown"
    assert "control" in found.answers[0].sentence


def test_the_command_to_repeat_a_measurement_has_the_same_questions() -> None:
    seen = rounds(4, (4, 1))
    overlap_alone = cell(WHERE, "sync-4", 4, seen)
    usual = cell(WHERE, "gthread", 4, seen, asked=(SelfCallSeen(),))
    for each in judge([evidence(WHERE, [overlap_alone, usual])]).cells:
        assert "--ask" not in each.reproduce
    more = cell(WHERE, "sync-4", 4, seen, asked=(WaitsSeen(), SelfCallSeen()))
    (found,) = judge([evidence(WHERE, [more])]).cells
    assert found.reproduce.endswith("py3.11 --ask overlap,waits,self-call")
