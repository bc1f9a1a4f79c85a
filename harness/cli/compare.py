"""Knows the verb ``compare``, and what ``--baseline`` and ``--expected`` add to others;
must not know when anything differs.

What is to be compared with is read before anything is measured, so that no wrong file
costs a measurement.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from harness.github import baseline
from harness.judge import expected
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.judge.expected import Expected
from harness.judge.gate import gate
from harness.records import results as store
from harness.records.changes import Changes
from harness.report import terminal
from harness.report.sections import changes as rendering

FILE = "changes.json"

Group = Callable[[argparse.ArgumentParser], None]


def known(options: argparse.Namespace) -> Baseline:
    """Read what the options name. Raises ``UsageError``.

    A baseline that is not there is none where ``--baseline-optional`` says so: the
    first run has nothing to be compared with.
    """
    promised = expected.read(options.expected) if options.expected else Expected()
    if not options.baseline:
        return Baseline(None, promised)
    if options.baseline_optional and baseline.find(options.baseline) is None:
        print(f"There is no baseline yet: {options.baseline}; nothing is compared")
        return Baseline(None, promised)
    return Baseline(baseline.read(options.baseline), promised)


def keep(results: Path, changes: Changes) -> None:
    """Write ``changes.json`` beside the report. Raises ``UsageError``."""
    store.write_changes(results / FILE, changes)


# -------------------------------------------------------------------------- the verb


def _json(changes: Changes) -> str:
    compact = msgspec.json.encode(changes, order="deterministic")
    return msgspec.json.format(compact, indent=2).decode()


FORMATS: dict[str, Callable[[Changes], None]] = {
    "text": terminal.show_changes,
    "markdown": lambda changes: print(rendering.render(changes), end=""),
    "json": lambda changes: print(_json(changes)),
}


def add_compare(verbs: argparse._SubParsersAction[Any], add_gate: Group) -> None:
    """Add the verb, with the option ``--fail-on`` that all verbs share."""
    words = "say what changed between two reports"
    verb = verbs.add_parser(
        "compare",
        help=words,
        description=f"{words}: each a report.json, a folder of results or an https "
        "address",
    )
    verb.add_argument("old", metavar="OLD", help="the report of before")
    verb.add_argument("new", metavar="NEW", help="the report of now")
    add_expected(verb)
    add_gate(verb)
    verb.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="how it is printed (default: %(default)s); json is changes.json",
    )
    verb.set_defaults(call=run)


def add_baseline(verb: argparse.ArgumentParser) -> None:
    """Add the options that name what to compare with."""
    verb.add_argument(
        "--baseline",
        metavar="REPORT",
        help="a report.json of before to compare with: a file, or an https address",
    )
    verb.add_argument(
        "--baseline-optional",
        action="store_true",
        help="compare with nothing where there is no baseline yet",
    )
    add_expected(verb)


def add_expected(verb: argparse.ArgumentParser) -> None:
    """Add the option that names the acknowledged changes."""
    verb.add_argument(
        "--expected",
        type=Path,
        metavar="FILE",
        help="changes that somebody looked at and expects, such as expected.toml",
    )


def run(options: argparse.Namespace) -> int:
    """Compare two reports, print what changed, and pass or fail."""
    promised = expected.read(options.expected) if options.expected else Expected()
    before, now = baseline.read(options.old), baseline.read(options.new)
    changes = changes_in(now, Baseline(before, promised))
    FORMATS[options.format](changes)
    gate(now, options.fail_on, changes)
    return 0
