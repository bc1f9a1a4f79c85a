"""The options of ``check``, and the record that they become."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from harness.cli.usage import options as shared
from harness.cli.usage.printing import Printing
from harness.cli.usage.printing import printing
from harness.cli.usage.verb import as_record
from harness.environments.folder import cached_environments
from harness.records.choices import DEFAULT_ASK
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import FailOn
from harness.records.choices import NEED_BASELINE
from harness.records.choices import Question
from harness.records.choices import START_SECONDS
from harness.records.errors import UsageError

EXIT_CODES = (
    ("0", "as declared, or at least `at-least`"),
    ("1", "fewer than declared, at times or always, or below `at-least`"),
    ("2", "wrong usage or configuration"),
    ("3", "it is unknown whether the promise is kept"),
    ("4", "the harness failed"),
    ("5", "a deployment could not be installed, started or reached"),
    ("130", "interrupted"),
)

GATES = tuple(choice for choice in FailOn if choice not in NEED_BASELINE)


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """The options of ``check``; the defaults are those of ``check`` without options."""

    results: Path
    cache: Path
    words: tuple[str, ...] = ()
    config: Path | None = None
    only: tuple[str, ...] = ()
    command: str | None = None
    requirements: str | None = None
    python_version: str | None = None
    interpreter: Path | None = None
    ready: str | None = None
    declared: int | str | None = None
    at_least: int | str | None = None
    fail_on: FailOn | None = None
    list_only: bool = False
    limit: int | None = None
    ask: tuple[Question, ...] = DEFAULT_ASK
    start_seconds: float = START_SECONDS
    printing: Printing = Printing()
    annotate: bool = False
    schema: bool = False

    def command_line(self) -> str | None:
        """The command of ``--command`` or after ``--``. Raises ``UsageError``."""
        if self.command is not None and self.words:
            raise UsageError(
                "--command and a command after -- are both given; give one"
            )
        return shlex.join(self.words) if self.words else self.command

    def keys(self) -> dict[str, object]:
        """The other keys of a deployment that were given as options."""
        keys = {
            "requirements": self.requirements,
            "python": self.python_version,
            "ready": self.ready,
            "declared": self.declared,
            "at-least": self.at_least,
        }
        return {key: value for key, value in keys.items() if value is not None}


def _number(text: str) -> int | str:
    """A number; any other text stays as it is.

    It is refused when the keys are checked.
    """
    try:
        return int(text)
    except ValueError:
        return text


checking = as_record(
    "options",
    CheckOptions,
    click.argument(
        "words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]"
    ),
    shared.file_option(
        "--config",
        help="File that describes deployments.  [default: concurrency.toml or "
        "pyproject.toml in this folder]",
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="NAME",
        help="Deployment of the file to measure; may be repeated.  [default: all]",
    ),
    click.option(
        "--command",
        metavar="COMMAND",
        help="The command that starts the server, as one argument.",
    ),
    click.option(
        "--requirements",
        metavar="FILE",
        help="Requirements file to install into a separate environment.",
    ),
    click.option(
        "--python-version",
        metavar="X.Y",
        help="The Python that the deployment must run on.",
    ),
    shared.file_option("--interpreter", help="Path of that Python."),
    click.option(
        "--ready",
        metavar="PATH",
        help="Path that must answer before measuring begins.",
    ),
    click.option(
        "--declared",
        type=_number,
        metavar="N",
        help="How many requests at once it promises: a number, or unbounded.",
    ),
    click.option(
        "--at-least",
        type=_number,
        metavar="N",
        help="How many requests must always be handled at once.",
    ),
    click.option(
        "--fail-on",
        type=shared.OneOf(GATES),
        metavar="WHAT",
        help=f"What fails the check: {', '.join(GATES)}.  [default: a broken promise]",
    ),
    click.option(
        "--list",
        "list_only",
        is_flag=True,
        help="Show what each deployment declares and stop.",
    ),
    shared.results,
    click.option(
        "--cache",
        type=shared.RESOLVED,
        default=cached_environments,
        show_default=False,
        metavar="DIR",
        help="Folder for environments made from requirements.  [default: in the user's "
        "cache]",
    ),
    shared.number_option(
        "--limit",
        help="The most requests to offer if no bound is declared.  "
        f"[default: {DEFAULT_LIMIT}]",
    ),
    shared.ask,
    click.option(
        "--start-seconds",
        type=float,
        default=START_SECONDS,
        metavar="S",
        help="How long a deployment may take to answer its first request.",
    ),
    printing,
    click.option(
        "--annotate", is_flag=True, help="Print a GitHub annotation for each problem."
    ),
    click.option(
        "--schema", is_flag=True, help="Print the JSON Schema of the file and stop."
    ),
)
