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
from typing import NamedTuple

import msgspec

from harness.github import baseline
from harness.judge import expected
from harness.judge.compare import ALTERED
from harness.judge.compare import compare
from harness.judge.compare import gate_changes
from harness.judge.compare import REGRESSIONS
from harness.judge.compare import summary
from harness.judge.expected import acknowledge
from harness.judge.expected import Expected
from harness.judge.gate import FailOn
from harness.judge.gate import gate
from harness.judge.releases import between_releases
from harness.records import results as store
from harness.records.changes import Changes
from harness.records.errors import GateFailed
from harness.records.report import Report
from harness.report import terminal
from harness.report.sections import changes as rendering

FILE = "changes.json"

Group = Callable[[argparse.ArgumentParser], None]

FATAL = {FailOn.REGRESSION: REGRESSIONS, FailOn.CHANGE: ALTERED}
"""What no cell may have become, for each gate that compares."""


class Known(NamedTuple):
    """What a run is compared with, and what is expected of that."""

    baseline: Report | None = None
    expected: Expected = Expected()


def known(options: argparse.Namespace) -> Known:
    """Read what the options name. Raises ``UsageError``.

    A baseline that is not there is none where ``--baseline-optional`` says so: the
    first run has nothing to be compared with.
    """
    promised = expected.read(options.expected) if options.expected else Expected()
    if not options.baseline:
        return Known(None, promised)
    if options.baseline_optional and baseline.find(options.baseline) is None:
        print(f"There is no baseline yet: {options.baseline}; nothing is compared")
        return Known(None, promised)
    return Known(baseline.read(options.baseline), promised)


def changes_in(report: Report, known: Known) -> Changes:
    """What changed since the baseline, if there is one, and from release to release."""
    found = Changes(baseline=None, now=summary(report))
    if known.baseline is not None:
        found = acknowledge(compare(known.baseline, report), known.expected)
    return msgspec.structs.replace(found, releases=between_releases(report))


def keep(results: Path, changes: Changes) -> None:
    """Write ``changes.json`` beside the report. Raises ``UsageError``."""
    store.write_changes(results / FILE, changes)


def pass_or_fail(report: Report, changes: Changes, fail_on: FailOn) -> None:
    """Whether a run passes; returns if so. Raises like ``gate``."""
    gate(report, fail_on)
    if changes.baseline is None:
        return
    if fail_on in FATAL:
        gate_changes(changes, FATAL[fail_on])
    if fail_on is FailOn.CHANGE and changes.unmatched:
        left = changes.unmatched[0]
        raise GateFailed(
            f"{len(changes.unmatched)} expected changes were not found; the first is "
            f"{left.cell} from {left.before} to {left.now}: {left.problem}"
        )


# -------------------------------------------------------------------------- the verb


def _json(changes: Changes) -> str:
    compact = msgspec.json.encode(changes, order="deterministic")
    return msgspec.json.format(compact, indent=2).decode()


FORMATS: dict[str, Callable[[Changes], None]] = {
    "text": terminal.show_changes,
    "markdown": lambda changes: print(rendering.render(changes), end=""),
    "json": lambda changes: print(_json(changes)),
}


def add_compare(verbs: argparse._SubParsersAction[Any], gate: Group) -> None:
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
    gate(verb)
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
    changes = changes_in(now, Known(before, promised))
    FORMATS[options.format](changes)
    pass_or_fail(now, changes, options.fail_on)
    return 0
