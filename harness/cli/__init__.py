"""Knows the verbs and their exit codes; must not know how anything is done.

Exit codes: 0 measured, whatever the numbers; 1 measured, and it is what ``--fail-on``
names; 2 bad usage, configuration or file; 3 nothing measured; 4 harness failed; 5 a
deployment could not be started; 6 a stored report cannot be read; 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.cli import bisect as bisect_command
from harness.cli import track as track_command
from harness.cli.again import probe_again
from harness.cli.compare import keep
from harness.cli.compare import known
from harness.cli.options import parse
from harness.cli.options import selection
from harness.cli.options import Verb
from harness.cli.progress import say
from harness.cli.progress import show_and_carry_out
from harness.cli.schema import schema_of
from harness.environments.build import with_built
from harness.environments.collect import collect
from harness.environments.run import check_limit
from harness.github import stages as action
from harness.github import track_stages as track_action
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.judge.gate import gate
from harness.judge.judge import judge
from harness.plan import catalog
from harness.plan.plan import list_cells
from harness.plan.plan import make_plan
from harness.plan.shards import check_size
from harness.plan.shards import job_matrix
from harness.plan.shards import shard_of
from harness.records import results as store
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.report import Report
from harness.report import markdown
from harness.report import terminal
from harness.report.sections import changes


def _selected(options: argparse.Namespace) -> Plan:
    """The plan; wheels of what is on no index go to the folder of results."""
    known, results = catalog.load(options.catalog), options.results.resolve()
    return make_plan(known, with_built(known, selection(options), results, say))


def _probe(options: argparse.Namespace) -> int:
    plan = _selected(options)
    if options.list:
        print("\n".join(list_cells(plan)))
        return 0
    check_limit(plan)
    compared = known(options)
    results = options.results.resolve()
    store.begin(results, plan)
    if show_and_carry_out(plan, results, options.jobs):
        # What was not reached is not missing: the user knows why.
        evidence, _ = store.read_evidence(results)
        _show(results, evidence)
        return Interrupted.exit_code
    return _judge(results, options, compared)


def _plan(options: argparse.Namespace) -> int:
    plan = _selected(options)
    check_size(plan, options.max_cells)
    jobs = job_matrix(plan, options.shards)
    store.begin(options.results.resolve(), plan)
    print(jobs)
    return 0


def _measure(options: argparse.Namespace) -> int:
    """Only of one shard: another one may have its evidence beside it."""
    results = options.results.resolve()
    path = options.plan or store.plan_path(results)
    plan = store.read_plan(path)
    shard = shard_of(plan, options.shard)
    check_limit(shard)
    store.bring_wheels(shard, path.resolve().parent, results)
    store.write_plan(results, plan)
    interrupted = show_and_carry_out(shard, results, options.jobs)
    return Interrupted.exit_code if interrupted else 0


def _report(options: argparse.Namespace) -> int:
    return _judge(options.results.resolve(), options, known(options))


def _judge(results: Path, options: argparse.Namespace, baseline: Baseline) -> int:
    """Report on everything planned; the exit code it deserves."""
    evidence, faults = collect(results)
    report = _show(results, evidence)
    for fault in faults:
        print(f"flask-concurrency: {fault}", file=sys.stderr)
    if faults:
        return faults[0].exit_code
    found = changes_in(report, baseline)
    keep(results, found)
    if found.baseline is not None:
        text = f"{changes.render(found)}\n{markdown.render(report, found)}"
        store.write_text(results / "report.md", text)
        terminal.show_changes(found)
    gate(report, options.fail_on, found)
    return 0


def _show(results: Path, evidence: Sequence[Evidence]) -> Report:
    """Judge the evidence, write and print the report."""
    report = judge(evidence, probe_again())
    found = changes_in(report)
    keep(results, found)
    store.write_report(results, report)
    store.write_text(results / "report.md", markdown.render(report, found))
    terminal.show(report, found, results)
    return report


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(schema_of(options.which))
    return 0


def _track(options: argparse.Namespace) -> int:
    return track_command.run(options, selection(options))


def _bisect(options: argparse.Namespace) -> int:
    return bisect_command.run(options, selection(options))


def _action(options: argparse.Namespace) -> int:
    if options.stage in track_action.STAGES:
        return track_action.run(options.stage, _run)
    return action.run(options.stage, _run)


VERBS: dict[str, Verb] = {
    "probe": _probe,
    "plan": _plan,
    "measure": _measure,
    "report": _report,
    "track": _track,
    "bisect": _bisect,
    "schema": _schema,
    "action": _action,
}


def _run(argv: Sequence[str] | None) -> int:
    """Run one verb. Raises the errors of ``harness.errors``."""
    options = parse(argv, VERBS)
    code: int = options.call(options)
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; its exit code. Errors of ``harness.errors`` become one line."""
    try:
        return _run(argv)
    except HarnessError as error:
        print(f"flask-concurrency: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("flask-concurrency: interrupted", file=sys.stderr)
        return Interrupted.exit_code
