"""Records of questions: the evidence of each, and the answers.

Evidence has no opinion: it is rounds and counts. A question that could not be asked has
an outcome and a reason, and says nothing about the cell that it was asked of.
"""

from __future__ import annotations

from harness.records.choices import Question
from harness.records.words import Outcome
from harness.records.words import Result


class QuestionSeen(Result, frozen=True, kw_only=True, tag_field="question"):
    """The evidence common to all questions; each adds its own fields."""

    outcome: Outcome = Outcome.MEASURED
    """What happened when the question was asked."""
    reason: str = ""
    """Why the question could not be asked; empty if it was."""
    log_tail: str = ""
    """The end of the server's output, if the question could not be asked."""
    seconds: float = 0.0
    """Wall time that the question took, including the start of a server for it, if
    any."""

    @property
    def question(self) -> Question:
        """The question that was asked: the tag that it is written with."""
        return Question(str(self.__struct_config__.tag))

    def answer(self, answer: str, sentence: str, number: int | None = None) -> Answer:
        """Make an answer to the question, concluded from what was seen."""
        return Answer(
            question=self.question,
            answer=answer,
            sentence=sentence,
            number=number,
            seconds=self.seconds,
        )

    def unknown(self, why: str) -> Answer:
        """The answer *unknown*, with the reason."""
        return self.answer(UNKNOWN, f"It is not known: {why}.")

    def not_quiet(self) -> Answer:
        """The answer if more requests may have been on their way."""
        return self.answer(UNKNOWN, NOT_QUIET)


UNKNOWN = "unknown"
"""The answer *unknown*, with the reason."""

NOT_QUIET = (
    "It is not known: the server was not quiet when requests were counted, so more may "
    "have been on their way. Measure again when this machine is less busy."
)
"""The sentence if the harness was so slow that the server may only seem slow."""


class Answer(Result, frozen=True, kw_only=True):
    """The answer to one question."""

    question: Question
    answer: str
    """The answer in a few words, such as ``yes``, ``deadlock``, ``10`` or
    ``unknown``."""
    sentence: str
    """The answer as a sentence, for a reader who does not know the question."""
    number: int | None = None
    """The answer as a number, if it is one; the page about the question says what it
    counts."""
    seconds: float
    """Wall time that the question took."""
