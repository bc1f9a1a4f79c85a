"""The options of ``check``, and the record that they become."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

import click

from harness.cli import options as shared
from harness.cli.formats import as_printing
from harness.cli.formats import loudness
from harness.cli.formats import output_format
from harness.cli.formats import Printing
from harness.deployment import config as deployments
from harness.deployment.app import READY_SECONDS
from harness.environments.folder import cached_environments
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.records.errors import UsageError
from harness.records.questions import Question
from harness.records.words import DEFAULT_LIMIT

EXIT_CODES = (
    ("0", "as declared, or at least `at-least`"),
    ("1", "fewer than declared, at times or always, or below `at-least`"),
    ("2", "wrong usage or configuration"),
    ("3", "nothing was measured"),
    ("4", "the harness failed"),
    ("5", "a deployment could not be installed, started or reached"),
    ("130", "interrupted"),
)

OF_A_COMMAND = ("requirements", "python", "ready", "declared", "at-least")
"""Keys of a deployment that are options too, together with ``--command``."""

GATES = tuple(str(each) for each in FailOn if each not in FORBIDDEN_CHANGES)


class CheckOptions(NamedTuple):
    """The options of ``check``."""

    config: Path | None
    only: tuple[str, ...]
    command: str | None
    described: Mapping[str, Any]
    """The keys of a deployment that were given as options."""
    interpreter: Path | None
    fail_on: FailOn | None
    list_only: bool
    results: Path
    cache: Path
    limit: int | None
    ask: tuple[Question, ...]
    start_seconds: float
    annotate: bool
    printing: Printing
    schema: bool


def check_options(given: Mapping[str, Any]) -> CheckOptions:
    """Make the record of the options ``checking``."""
    keys = {key: given[_parameter(key)] for key in OF_A_COMMAND}
    return CheckOptions(
        config=given["config"],
        only=given["only"],
        command=_command(given["command"], given["words"]),
        described={key: value for key, value in keys.items() if value is not None},
        interpreter=given["interpreter"],
        fail_on=FailOn(given["fail_on"]) if given["fail_on"] else None,
        list_only=given["list_only"],
        results=given["results"],
        cache=(given["cache"] or cached_environments()).resolve(),
        limit=given["limit"],
        ask=shared.questions(given["ask"]),
        start_seconds=given["start_seconds"],
        annotate=given["annotate"],
        printing=as_printing(given["output_format"], given["quiet"], given["verbose"]),
        schema=given["schema"],
    )


def _command(option: str | None, words: tuple[str, ...]) -> str | None:
    """The command that was given, by the option or as the words behind ``--``."""
    if option is not None and words:
        raise UsageError("--command and a command behind --: give one of them")
    return shlex.join(words) if words else option


def _parameter(key: str) -> str:
    return deployments.OPTIONS.get(key, key).replace("-", "_")


def _number(text: str) -> int | str:
    """A number; other words are left to the checks that a file goes through."""
    try:
        return int(text)
    except ValueError:
        return text


checking = shared.several(
    click.argument(
        "words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]"
    ),
    click.option(
        "--config",
        type=shared.FILE,
        metavar="FILE",
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
        help="The command that starts the server, as one text.",
    ),
    click.option(
        "--requirements",
        metavar="FILE",
        help="Requirements to install into an environment of its own.",
    ),
    click.option(
        "--python-version",
        metavar="X.Y",
        help="The Python that it must run on.",
    ),
    click.option(
        "--interpreter",
        type=shared.FILE,
        metavar="FILE",
        help="Where that Python is.",
    ),
    click.option(
        "--ready",
        metavar="PATH",
        help="Path that must answer before it is measured.",
    ),
    click.option(
        "--declared",
        type=_number,
        metavar="N",
        help="How many requests at once it promises, or unbounded.",
    ),
    click.option(
        "--at-least",
        type=_number,
        metavar="N",
        help="How many requests must always be handled at once.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(GATES),
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
        type=shared.DIRECTORY,
        metavar="DIR",
        help="Folder for environments made from requirements.  [default: in the user's "
        "cache]",
    ),
    click.option(
        "--limit",
        type=shared.positive,
        metavar="N",
        help="Most requests offered to a deployment that declares no bound.  "
        f"[default: {DEFAULT_LIMIT}]",
    ),
    shared.ask,
    click.option(
        "--start-seconds",
        type=float,
        default=READY_SECONDS,
        metavar="S",
        help="How long a deployment may take to answer its first request.",
    ),
    output_format,
    loudness,
    click.option(
        "--annotate", is_flag=True, help="Print an annotation for GitHub on each fault."
    ),
    click.option(
        "--schema", is_flag=True, help="Print the JSON Schema of the file and stop."
    ),
)
