"""Options that several verbs share, and the types of their values."""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from harness.records.choices import DEFAULT_ASK
from harness.records.choices import FailOn
from harness.records.choices import Question
from harness.records.choices import TO_CHOOSE
from harness.system.processors import side_by_side

ALL = "all"

FILE = click.Path(path_type=Path)
DIRECTORY = click.Path(path_type=Path, file_okay=False)
RESOLVED = click.Path(path_type=Path, file_okay=False, resolve_path=True)


def positive(value: str) -> int:
    """A whole number from 1 on. Raises ``BadParameter``.

    Unlike click's ``IntRange`` it adds nothing to the help.
    """
    text = str(value)
    if not text.isdecimal() or not int(text):
        raise click.BadParameter(f"{text!r} is not a whole number from 1 on")
    return int(text)


file_option = partial(click.option, type=FILE, metavar="FILE")
folder_option = partial(click.option, type=DIRECTORY, metavar="DIR")
number_option = partial(click.option, type=positive, metavar="N")


class OneOf(click.Choice[str]):
    """One of the words of an enumeration; click itself would take their names."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """The word that is typed for a choice."""
        return str(choice)


def python_version(value: str) -> str:
    """A version of Python, such as 3.12. Raises ``BadParameter``."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", value):
        raise click.BadParameter(
            f"{value!r} is not a release of Python; write it like 3.12"
        )
    return value


# --------------------------------------------------------------------------- questions


def parse_questions(text: str) -> tuple[Question, ...]:
    """The questions that a text such as ``waits,self-call`` names."""
    words = [word.strip() for word in text.split(",")]
    if ALL in words:
        return TO_CHOOSE
    for word in words:
        if word not in TO_CHOOSE:
            known = ", ".join((*TO_CHOOSE, ALL))
            raise click.BadParameter(f"{word!r} is not one of: {known}")
    return tuple(map(Question, words))


def _last_question(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the last name in a comma-separated list of questions."""
    before, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{each}")
        for each in (*TO_CHOOSE, ALL)
        if each.startswith(last)
    ]


def questions(given: Iterable[tuple[Question, ...]]) -> tuple[Question, ...]:
    """The questions that ``--ask`` names, without repeats and in their usual order."""
    wanted = {question for several in given for question in several}
    wanted = wanted | {Question.OVERLAP} if wanted else set(DEFAULT_ASK)
    return tuple(question for question in Question if question in wanted)


ask = click.option(
    "--ask",
    multiple=True,
    type=parse_questions,
    callback=lambda ctx, param, value: questions(value),
    shell_complete=_last_question,
    metavar="QUESTION,...",
    help=f"Questions to ask: {', '.join((*TO_CHOOSE, ALL))}; overlap is always asked.  "
    f"[default: {','.join(DEFAULT_ASK)}]",
)

# ------------------------------------------------------------------------------ others

jobs = number_option(
    "--jobs",
    default=side_by_side,
    show_default=False,
    help="Environments to install and measure in parallel.  [default: the number of "
    "processors plus one]",
)

fail_on = click.option(
    "--fail-on",
    type=OneOf(FailOn),
    default=str(FailOn.HARNESS),
    metavar="WHAT",
    help=f"What fails the run: {', '.join(FailOn)}.",
)

results = click.option(
    "--results",
    type=RESOLVED,
    default="results",
    metavar="DIR",
    help="Folder for evidence and reports.",
)
