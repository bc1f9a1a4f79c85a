"""The section of answers to the other questions."""

from harness.records.seen import SelfCallSeen
from harness.records.words import Outcome
from harness.report.sections import questions
from tests.builders.rendered import lines
from tests.builders.rendered import page
from tests.builders.rendered import sample
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds


def test_questions_that_were_not_asked_are_left_out() -> None:
    for text in (page(sample("story")), lines(sample("story"))):
        assert "other questions" not in text
        assert "self-call" not in text


def test_different_answers_of_releases_are_all_printed() -> None:
    text = page(sample("questions"))
    assert "- Flask's own server `run` on Flask 3.1.3: A request that calls" in text


def test_each_sentence_is_printed_once_with_all_its_cells() -> None:
    text = page(sample("questions"))
    sentence = "when such requests take all slots, all of them wait forever."
    assert text.count(sentence) == 1
    (line,) = (line for line in text.splitlines() if sentence in line)
    assert line.startswith("- gunicorn 27.0.1 `sync-4`, `gevent-connections-10`: ")


def test_the_length_of_the_section_is_limited() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [
        cell(
            where,
            f"c{number}",
            4,
            rounds(4, (4, 1)),
            asked=(SelfCallSeen(outcome=Outcome.DIED, reason=f"of {number}"),),
        )
        for number in range(40)
    ]
    found = judge([evidence(where, cells)])
    text = page(found)
    assert text.count("It could not be asked") == questions.MOST_SENTENCES
    assert "- and 32 more, in the table" in text
    assert text.count("| unknown |") == 40
