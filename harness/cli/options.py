"""Knows the options of each verb and their meaning in words; must not do any of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import harness
from harness.cli.ask_option import add_ask
from harness.cli.ask_option import asked
from harness.cli.bisect import add_bisect
from harness.cli.check import add_check
from harness.cli.compare import add_baseline
from harness.cli.compare import add_compare
from harness.cli.schema import PUBLISHED
from harness.cli.track import add_track
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.plan.catalog import FOLDER
from harness.plan.shards import MAX_CELLS
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from harness.records.words import DEFAULT_LIMIT
from harness.system.machine import side_by_side

Verb = Callable[[argparse.Namespace], int]

EPILOG = """\
GLOBs match cell ids such as flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11; quote them.
"""

CODES = """\
exit codes: 0 measured; 1 --fail-on, or fewer than declared; 2 usage; 3 nothing
measured; 4 harness failed; 5 a deployment could not be started; 6 a stored report
cannot be read; 130 interrupted
"""


class Parser(argparse.ArgumentParser):
    """Raises ``UsageError`` where others would exit: one place decides on that."""

    def error(self, message: str) -> NoReturn:
        """Show how this verb is used, and raise."""
        self.print_usage(sys.stderr)
        raise UsageError(message)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "positive number"


def _fail_on_value(text: str) -> FailOn:
    try:
        return FailOn(text)
    except ValueError:
        known = ", ".join(FailOn)
        message = f"{text!r} is none of: {known}"
        raise argparse.ArgumentTypeError(message) from None


def parser(verbs: Mapping[str, Verb]) -> Parser:
    """The command line; ``verbs`` is what each verb does."""
    top = Parser(prog="flask-concurrency", description=harness.__doc__, epilog=CODES)
    top.add_argument("--version", action="version", version=harness.__version__)
    added = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (words, groups) in VERBS.items():
        verb = added.add_parser(name, help=words, description=words, epilog=EPILOG)
        for group in (*groups, _results):
            group(verb)
        verb.set_defaults(call=verbs[name])
    add_check(added)
    add_compare(added, _fail_on)
    return top


def parse(argv: Sequence[str] | None, verbs: Mapping[str, Verb]) -> argparse.Namespace:
    """The options of a command line. Raises ``UsageError``."""
    options = parser(verbs).parse_args(argv)
    compares = getattr(options, "fail_on", None) in FORBIDDEN_CHANGES
    if compares and not getattr(options, "baseline", "the first of two"):
        raise UsageError(
            f"--fail-on {options.fail_on} needs a --baseline to compare with"
        )
    return options


def check(argv: Sequence[str]) -> None:
    """Raise ``UsageError`` when a command line is none of ours; nothing is done."""
    parse(argv, dict.fromkeys(VERBS, lambda _: 0))


def selection(options: argparse.Namespace) -> Selection:
    """What was asked for."""
    return Selection(
        only=tuple(getattr(options, "only", ())),
        flask=tuple(options.flask),
        servers=tuple(getattr(options, "server", ())),
        server_releases=tuple(options.server_release),
        everything=getattr(options, "all", False),
        limit=options.limit,
        ask=asked(getattr(options, "ask", [])),
        python=options.python or Selection().python,
    )


# ---------------------------------------------------------------------------- groups


def _selection(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("--only", action="append", default=[], metavar="GLOB", help="cells to measure")
    add("--server", action="append", default=[], metavar="NAME", help="server to take")
    add("--all", action="store_true", help="everything in the catalog")
    _axes(verb)


def _axes(verb: argparse.ArgumentParser) -> None:
    """What is installed, and how far it is tried."""
    add = verb.add_argument
    add(
        "--flask",
        action="append",
        default=[],
        metavar="RELEASE",
        help="Flask release, folder, archive, or git+URL@REFERENCE",
    )
    add(
        "--server-release",
        action="append",
        default=[],
        metavar="NAME==RELEASE,...",
        help="releases of a server (or folders, ... as above) instead of its own",
    )
    add("--python", metavar="X.Y", help="Python to measure with (default: this one)")
    add(
        "--limit",
        type=_positive,
        default=DEFAULT_LIMIT,
        metavar="N",
        help="how far an unbounded configuration is tried (default: %(default)s)",
    )
    add(
        "--catalog",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help="folder of servers and releases to select from (default: the one shipped)",
    )


def _listing(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--list", action="store_true", help="list the selected cells, measure nothing"
    )


def _shards(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--shards",
        type=_positive,
        default=1,
        metavar="N",
        help="split into at most so many jobs (default: %(default)s)",
    )
    verb.add_argument(
        "--max-cells",
        type=_positive,
        default=MAX_CELLS,
        metavar="N",
        help="refuse to plan more cells (default: %(default)s)",
    )


def _shard(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--shard",
        default="1/1",
        metavar="K/N",
        help="the part of the plan to measure (default: all of it)",
    )
    verb.add_argument(
        "--plan",
        type=Path,
        metavar="FILE",
        help="the plan (default: plan.json in the folder of results)",
    )


def _jobs(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        default=side_by_side(),
        help="environments side by side (default: processors and two, %(default)s)",
    )


def _fail_on(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--fail-on",
        type=_fail_on_value,
        default=FailOn.HARNESS,
        metavar="WHAT",
        help=f"one of {', '.join(FailOn)} (default: %(default)s)",
    )


def _results(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder of evidence and reports (default: %(default)s)",
    )


def _which_schema(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "which",
        nargs="?",
        choices=PUBLISHED,
        default="report",
        help="of which file (default: %(default)s)",
    )


STAGES = ("plan", "measure", "report", "history", "track", "publish")
"""Of the action, and of the workflow that follows releases."""


def _stage(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("stage", choices=STAGES)


Group = Callable[[argparse.ArgumentParser], None]

VERBS: dict[str, tuple[str, tuple[Group, ...]]] = {
    "probe": (
        "measure and show the matrix",
        (_selection, add_ask, _listing, _jobs, _fail_on, add_baseline),
    ),
    "plan": (
        "write the plan of a run, print its jobs",
        (_selection, add_ask, _shards),
    ),
    "measure": ("measure a plan, or a shard of it", (_shard, _jobs)),
    "report": ("judge and show evidence that is there", (_fail_on, add_baseline)),
    "track": (
        "measure configurations release by release, and show since when they are so",
        (add_track, _axes, _jobs),
    ),
    "bisect": (
        "find the release in which a configuration changed, and what it comes from",
        (add_bisect, _axes, _jobs),
    ),
    "schema": ("print a published JSON Schema", (_which_schema,)),
    "action": ("run a stage of the GitHub Action (internal)", (_stage,)),
}
"""What each verb is for, and what it takes."""
