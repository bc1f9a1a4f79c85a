"""Options that several verbs share, and the records made of them.

Options that belong together become one frozen record before a verb's function is called
with it; each of the others becomes an argument of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from harness.judge.gate import FailOn
from harness.plan.catalog import FOLDER
from harness.records.catalog import Selection
from harness.records.questions import DEFAULT_ASK
from harness.records.questions import Question
from harness.records.questions import TO_CHOOSE
from harness.records.words import DEFAULT_LIMIT
from harness.system.machine import side_by_side

Function = TypeVar("Function", bound=Callable[..., Any])

ALL = "all"

FILE = click.Path(path_type=Path)
DIRECTORY = click.Path(path_type=Path, file_okay=False)
RESOLVED = click.Path(path_type=Path, file_okay=False, resolve_path=True)


def positive(value: str) -> int:
    """A whole number from 1 on; unlike click's range, its help shows nothing obvious.

    Raises ``BadParameter``.
    """
    text = str(value)
    if not text.isdecimal() or not int(text):
        raise click.BadParameter(f"{text!r} is not a whole number from 1 on")
    return int(text)


class Verb(click.Command):
    """A verb, with examples in its help."""

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[str],
        exit_codes: Sequence[tuple[str, str]] = (),
        **settings: Any,
    ) -> None:
        # A group would pass the names on only to verbs that it runs.
        settings["context_settings"] = {"help_option_names": ["-h", "--help"]}
        super().__init__(*arguments, **settings)
        self.examples = examples
        self.exit_codes = exit_codes

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the verb, and make records of options."""
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            for name, make in vars(self.callback).get("records", {}).items():
                fields = signature(make).parameters.keys() & ctx.params.keys()
                ctx.params[name] = make(**{f: ctx.params.pop(f) for f in fields})
        return rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, and the exit codes where they differ from other verbs'."""
        if self.exit_codes:
            with formatter.section("Exit codes"):
                formatter.write_dl(self.exit_codes)
        with formatter.section("Examples"):
            for words in self.examples:
                formatter.write(f"  {words}\n")


def several(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """One decorator for several options, which are listed in this order."""

    def add(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def as_record(
    name: str, make: Callable[..., object], *options: Callable[[Function], Function]
) -> Callable[[Function], Function]:
    """One decorator for options that become one argument, ``name``.

    ``make`` takes the values of options by their names, and makes it of them.
    """

    def add(function: Function) -> Function:
        vars(function).setdefault("records", {})[name] = make
        return several(*options)(function)

    return add


# --------------------------------------------------------------------------- questions


def named(text: str) -> tuple[Question, ...]:
    """The questions that a text such as ``waits,self-call`` names."""
    words = [word.strip() for word in text.split(",")]
    if ALL in words:
        return TO_CHOOSE
    for word in words:
        if word not in TO_CHOOSE:
            known = ", ".join((*TO_CHOOSE, ALL))
            raise click.BadParameter(f"{word!r} is none of: {known}")
    return tuple(map(Question, words))


def _last_question(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the last of the names."""
    before, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{each}")
        for each in (*TO_CHOOSE, ALL)
        if each.startswith(last)
    ]


def questions(given: Iterable[tuple[Question, ...]]) -> tuple[Question, ...]:
    """The questions that ``--ask`` names, each once and in their usual order."""
    wanted = {question for several in given for question in several}
    wanted = wanted | {Question.OVERLAP} if wanted else set(DEFAULT_ASK)
    return tuple(each for each in Question if each in wanted)


ask = click.option(
    "--ask",
    multiple=True,
    type=named,
    callback=lambda ctx, param, value: questions(value),
    shell_complete=_last_question,
    metavar="QUESTION,...",
    help=f"Questions to ask: {', '.join((*TO_CHOOSE, ALL))}; overlap is always asked.  "
    f"[default: {','.join(DEFAULT_ASK)}]",
)

# --------------------------------------------------------------------------- selection


def _servers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The servers of the catalog."""
    folder = Path(ctx.params.get("catalog") or FOLDER) / "servers"
    names = sorted(path.stem for path in folder.glob("*.toml"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


axes = several(
    click.option(
        "--flask",
        multiple=True,
        metavar="RELEASE",
        help="Flask release, folder, archive, or git+URL@REFERENCE; may be repeated.",
    ),
    click.option(
        "--server-release",
        multiple=True,
        metavar="NAME==RELEASE,...",
        shell_complete=_servers,
        help="Releases of a server instead of the catalog's; a folder, an archive or a "
        "git reference is one too.",
    ),
    click.option(
        "--python", metavar="X.Y", help="Python to measure with.  [default: this one]"
    ),
    click.option(
        "--limit",
        type=positive,
        default=DEFAULT_LIMIT,
        metavar="N",
        help="How many requests to offer at most where no bound is declared.",
    ),
    click.option(
        "--catalog",
        type=DIRECTORY,
        default=FOLDER,
        show_default=False,
        metavar="DIR",
        help="Folder of servers and releases to select from.  [default: the one that "
        "is shipped]",
    ),
)
"""What is installed, and how far it is tried."""


def selection(
    flask: tuple[str, ...],
    server_release: tuple[str, ...],
    limit: int,
    python: str | None,
    only: tuple[str, ...] = (),
    servers: tuple[str, ...] = (),
    everything: bool = False,
    ask: tuple[Question, ...] = DEFAULT_ASK,
) -> Selection:
    """Make the selection of the options ``selecting`` or ``axes``."""
    return Selection(
        flask=flask,
        server_releases=server_release,
        limit=limit,
        python=python or Selection().python,
        only=only,
        servers=servers,
        everything=everything,
        ask=ask,
    )


selecting = as_record(
    "selection",
    selection,
    click.option(
        "--only",
        multiple=True,
        metavar="GLOB",
        help="Cells to measure, such as 'flask-3.1.3/gunicorn-*/gthread-2x4/*'; quote "
        "globs; may be repeated.",
    ),
    click.option(
        "--server",
        "servers",
        multiple=True,
        metavar="NAME[==RELEASE]",
        shell_complete=_servers,
        help="Server to measure; may be repeated.",
    ),
    click.option(
        "--all", "everything", is_flag=True, help="Measure everything in the catalog."
    ),
    axes,
    ask,
)


# ------------------------------------------------------------------------------ others

jobs = click.option(
    "--jobs",
    type=positive,
    default=side_by_side,
    show_default=False,
    metavar="N",
    help="Environments to install and measure side by side.  [default: the number of "
    "processors, and two more]",
)

fail_on = click.option(
    "--fail-on",
    type=click.Choice([str(each) for each in FailOn]),
    default=str(FailOn.HARNESS),
    callback=lambda ctx, param, value: FailOn(value),
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
