"""The reference pages match the action, the command line and the schemas."""

import re

import pytest

from docs.make import action
from docs.make import asked
from docs.make import command_line
from docs.make import files
from docs.make.blocks import ACTION_PAGE
from docs.make.blocks import block
from docs.make.blocks import README
from harness.cli import VERBS

AGAIN = "write it again: nox -s docs"


@pytest.mark.parametrize("name", action.tables())
def test_the_tables_of_inputs_and_outputs_are_current(name: str) -> None:
    assert block(ACTION_PAGE, name) == action.tables()[name], AGAIN


def test_every_input_has_a_row() -> None:
    text = block(ACTION_PAGE, "inputs")
    for name in action.action()["inputs"]:
        assert text.count(f"\n| `{name}` |") == 1


def test_the_page_of_the_command_line_is_current() -> None:
    text = command_line.page()
    assert command_line.PAGE.read_text() == text, AGAIN
    for verb in VERBS:
        assert f"\n## {verb}\n" in text
    assert "| `--at-least N` |" in text and "[default: results]" in text


def test_the_page_of_files_is_current() -> None:
    text = files.page()
    assert files.PAGE.read_text() == text, AGAIN
    for file in files.FILES:
        assert f"\n## {file.schema}\n" in text
    assert "| `at-least`&nbsp;*?* | integer or null |" in text


def test_the_page_of_public_questions_is_current() -> None:
    assert asked.PAGE.read_text() == asked.page(), AGAIN


def test_each_public_question_has_a_command_or_says_that_there_is_none() -> None:
    for each in asked.questions():
        assert bool(each.command) is (each.answered != "no"), each.asks
        assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", t) for t in each.threads)


def test_threads_are_listed_once_and_counted_in_the_readme() -> None:
    threads = [thread for q in asked.questions() for thread in q.threads]
    assert len(threads) == len(set(threads)) > 60
    words = f"{len(asked.questions())} questions from {len(threads)} threads"
    assert f"[{words}](docs/asked.md)" in README.read_text()
