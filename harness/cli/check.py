"""Knows the verb ``check``: its options and the order of its steps; must not know how
any of them is done.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.cli.again import check_again
from harness.cli.ask_option import add_ask
from harness.cli.ask_option import asked
from harness.cli.schema import schema_of
from harness.deployment import app as check
from harness.deployment import config as deployments
from harness.deployment import findings as check_findings
from harness.deployment import prepare as preparing
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.findings import Checked
from harness.deployment.findings import Findings
from harness.deployment.findings import not_yet
from harness.deployment.prepare import Prepared
from harness.environments.folder import cached_environments
from harness.github import runner as github
from harness.github.annotations import annotate_deployments
from harness.judge.changes import changes_in
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.judge.gate import gate
from harness.records import results as store
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.words import DEFAULT_LIMIT
from harness.report import terminal
from harness.report.badge import badge
from harness.report.escape import terminal as safe
from harness.report.sections import deployments as sections
from harness.system.install import CannotInstall
from harness.system.machine import allow_open_files
from harness.system.machine import FEW_OPEN_FILES

CODES = """\
exit codes: 0 as declared, or at least `at-least`; 1 fewer than declared, at times or
always, or below `at-least`; 2 bad configuration; 3 nothing measured that could be told;
4 harness failed; 5 could not be installed, started or reached; 130 interrupted
"""


OF_A_COMMAND = ("requirements", "python", "ready", "declared", "at-least")
"""Keys of a deployment that are options too, together with ``--command``."""

GATES = tuple(str(each) for each in FailOn if each not in FORBIDDEN_CHANGES)


def add_check(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the verb ``check``."""
    words = "measure deployments of your own"
    verb = subparsers.add_parser("check", help=words, description=words, epilog=CODES)
    add = verb.add_argument
    add(
        "--config",
        type=Path,
        metavar="FILE",
        help="concurrency.toml, or pyproject.toml (default: whichever is here)",
    )
    add("--only", action="append", default=[], metavar="NAME", help="deployment")
    _add_command(verb.add_argument_group("instead of a file"))
    add(
        "--fail-on",
        choices=GATES,
        metavar="WHAT",
        help=f"one of {', '.join(GATES)} (default: whatever is not kept)",
    )
    add("--list", action="store_true", help="say what each declares, measure nothing")
    add("--results", type=Path, default=Path("results"), metavar="DIR")
    add(
        "--cache",
        type=Path,
        metavar="DIR",
        help="environments made for requirements (default: in the user's cache)",
    )
    add(
        "--limit",
        type=int,
        metavar="N",
        help=f"how far an unbounded one is tried (default: {DEFAULT_LIMIT})",
    )
    add_ask(verb)
    add(
        "--start-seconds",
        type=float,
        default=check.READY_SECONDS,
        metavar="S",
        help="how long a deployment may take to answer (default: %(default)g)",
    )
    add("--annotate", action="store_true", help="remarks for GitHub on what is wrong")
    add("--schema", action="store_true", help="print the JSON Schema of FILE, and end")
    verb.set_defaults(call=run)


def _add_command(group: argparse._ArgumentGroup) -> None:
    """The options that describe one deployment, as the keys of a file do."""
    add = group.add_argument
    add("--command", metavar="COMMAND", help="starts the server; has {port} in it")
    add("--requirements", metavar="FILE", help="to install into an environment")
    add("--python-version", metavar="X.Y", help="Python that it must run on")
    add("--interpreter", type=Path, metavar="FILE", help="where that Python is")
    add("--ready", metavar="PATH", help="must answer before it is measured")
    add("--declared", type=_number, metavar="N", help="how many it promises")
    add("--at-least", type=_number, metavar="N", help="how many must always get in")


def _number(text: str) -> int | str:
    """A number if it is one, and else left to the checks of the file."""
    try:
        return int(text)
    except ValueError:
        return text


def run(options: argparse.Namespace) -> int:
    """Measure every deployment asked for; raises the errors of ``harness.errors``."""
    if options.schema:
        sys.stdout.write(schema_of("deployment"))
        return 0
    configured = configuration(options)
    chosen = choose(configured, options.only)
    results = options.results.resolve()
    prepared = [prepare(configured, each, options) for each in chosen]
    if options.list:
        print("\n".join(map(declares, prepared)))
        return 0
    store.begin(results, Plan(environments=()))
    found = measure_all(configured, prepared, results, options)
    tell(found, results)
    if options.annotate:
        result = store.read_check(store.check_path(results))
        github.annotate(annotate_deployments(found.report, result, os.environ))
    gate(found.report, None, deployments=found.kept)
    return 0


def configuration(options: argparse.Namespace) -> Configured:
    """The deployments of a file, or the one that options describe."""
    asked = {key: getattr(options, _attribute(key)) for key in OF_A_COMMAND}
    given = {key: value for key, value in asked.items() if value is not None}
    if options.command is None and given:
        key = next(iter(given))
        raise UsageError(f"{key}: is said of one deployment; give its --command too")
    if options.command is None:
        return deployments.load(options.config or default_config())
    if options.config is not None:
        raise UsageError("--config and --command: give one of them")
    return deployments.described(Path(), {"command": options.command, **given})


def _attribute(key: str) -> str:
    return deployments.OPTIONS.get(key, key).replace("-", "_")


def default_config() -> Path:
    """The file in the current folder that describes deployments."""
    own = Path(deployments.DEFAULT)
    return (
        own
        if own.exists() or not Path(deployments.PYPROJECT).exists()
        else Path(deployments.PYPROJECT)
    )


def choose(configured: Configured, names: Sequence[str]) -> list[Deployment]:
    """The deployments that were asked for. Raises ``UsageError``."""
    known = {each.name: each for each in configured.deployments}
    for name in names:
        if name not in known:
            where = configured.path or "the command line"
            raise UsageError(
                f"--only {name}: {where} has no deployment of that name; it has "
                f"{', '.join(known)}"
            )
    return [known[name] for name in names] or list(configured.deployments)


# ------------------------------------------------------------------------ measuring


def cache_folder(options: argparse.Namespace) -> Path:
    """Where environments are kept that were made for requirements."""
    return Path(options.cache or cached_environments()).resolve()


def prepare(
    configured: Configured, deployment: Deployment, options: argparse.Namespace
) -> Prepared | tuple[Deployment, str]:
    """A deployment ready to start, or why its requirements will not go in.

    Raises ``UsageError``.
    """
    try:
        prepared = preparing.prepare(
            configured,
            deployment,
            os.environ,
            cache_folder(options),
            options.interpreter,
        )
    except CannotInstall as problem:
        return deployment, str(problem)
    check_limit(configured, prepared, check.limit_for(deployment, options.limit))
    return prepared


def check_limit(configured: Configured, prepared: Prepared, limit: int) -> None:
    """Raise ``UsageError`` when more would be offered than this machine can hold."""
    most = prepared.declaration.declared or limit
    can = (allow_open_files() - FEW_OPEN_FILES) // 2
    if most > can:
        raise configured.fault(
            prepared.deployment,
            "declared",
            f"{most} requests need two open files each, and this machine allows {can}; "
            "raise `ulimit -Hn`",
        )


def declares(each: Prepared | tuple[Deployment, str]) -> str:
    """What is known of a deployment before it is measured, in one line."""
    if not isinstance(each, Prepared):
        deployment, problem = each
        return safe(f"{deployment.name}: cannot be installed: {problem}")
    found = each.declaration
    number = "no bound" if found.declared is None else found.declared
    words = f"{each.deployment.name}: declares {number}: {found.because}"
    return safe(f"{words}; it runs on {each.where.python}", characters=1000)


def measure_all(
    configured: Configured,
    prepared: Sequence[Prepared | tuple[Deployment, str]],
    results: Path,
    options: argparse.Namespace,
) -> Findings:
    """Measure one after the other; after each there is a report of all.

    Raises ``Interrupted``, with a report of those that were measured.
    """
    fail_on = FailOn(options.fail_on) if options.fail_on else None
    reproduce = check_again(configured)
    checked = [
        not_yet(each, options.limit or DEFAULT_LIMIT)  # until it is measured
        for each in prepared
    ]
    found = check_findings.find(configured, checked, fail_on, reproduce)
    write(found, results)
    for number, each in enumerate(prepared):
        try:
            checked[number] = measure(each, checked[number], results, options)
        except KeyboardInterrupt:
            ended = Interrupted(
                f"interrupted; {number} of {len(prepared)} deployments were measured"
            )
            if number:
                found = check_findings.find(
                    configured, checked[:number], fail_on, reproduce
                )
                write(found, results, ended)
                tell(found, results)
            raise ended from None
        found = check_findings.find(configured, checked, fail_on, reproduce)
        write(found, results)
    return found


def measure(
    each: Prepared | tuple[Deployment, str],
    before: Checked,
    results: Path,
    options: argparse.Namespace,
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    checked = before
    if isinstance(each, Prepared):
        deployment = each.deployment
        print(f"{deployment.name}: measuring", file=sys.stderr, flush=True)
        logs = results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        limit = check.limit_for(deployment, options.limit)
        evidence, hello = asyncio.run(
            check.measure(each, limit, logs, options.start_seconds, asked(options.ask))
        )
        checked = Checked(deployment, each, evidence, hello)
    name = checked.deployment.name
    store.write_evidence(results, checked.evidence, name=name)
    return checked


def write(found: Findings, results: Path, ended: HarnessError | None = None) -> None:
    """Write the report, the badges, and what the check comes to."""
    result = check_findings.outcome(found, ended)
    report = found.report
    store.write_report(results, report)
    text = sections.render(report, changes_in(report), result)
    store.write_text(results / "report.md", text)
    for cell in report.cells:
        if cell.reason != check_findings.MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            store.write_text(path, badge(cell))
    store.write_check(results, result)


def tell(found: Findings, results: Path) -> None:
    """Print what was found."""
    terminal.show(found.report, changes_in(found.report), results)
    broken = [each for each in found.kept if each.fault is not None]
    for each in broken if len(broken) > 1 else ():
        print(safe(f"fails: {each.name}: {each.reason}", characters=1000))
