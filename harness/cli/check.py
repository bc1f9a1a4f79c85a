"""The verb ``check``: its options, and the order of its steps."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

import click

from harness.cli import options as shared
from harness.cli.again import check_again
from harness.cli.schema import schema_of
from harness.deployment import config as deployments
from harness.deployment import findings as check_findings
from harness.deployment import prepare as preparing
from harness.deployment.app import READY_SECONDS
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.findings import Checked
from harness.deployment.findings import Findings
from harness.deployment.findings import not_measured
from harness.deployment.load import DEFAULT
from harness.deployment.load import described
from harness.deployment.load import load
from harness.deployment.measure import measure_deployment
from harness.deployment.plan import plan_deployment
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.environments.folder import cached_environments
from harness.github.annotations import annotate
from harness.github.annotations import deployment_annotations
from harness.judge.changes import changes_in
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.judge.gate import gate
from harness.records import files
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.questions import Question
from harness.records.report import CheckResult
from harness.records.results import begin
from harness.records.results import check_path
from harness.records.results import report_path
from harness.records.results import write_evidence
from harness.records.words import DEFAULT_LIMIT
from harness.report import contents
from harness.report import markdown
from harness.report import terminal
from harness.report.badge import badge
from harness.report.escape import printable
from harness.system.install import CannotInstall
from harness.system.machine import check_open_files

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
    """What ``check`` is given."""

    config: Path | None
    only: tuple[str, ...]
    command: str | None
    described: Mapping[str, Any]
    """The keys of a deployment that were given beside ``command``."""
    interpreter: Path | None
    fail_on: FailOn | None
    list_only: bool
    results: Path
    cache: Path
    limit: int | None
    ask: tuple[Question, ...]
    start_seconds: float
    annotate: bool
    schema: bool


def _record(given: Mapping[str, Any]) -> CheckOptions:
    keys = {key: given[_parameter(key)] for key in OF_A_COMMAND}
    return CheckOptions(
        config=given["config"],
        only=given["only"],
        command=given["command"],
        described={key: value for key, value in keys.items() if value is not None},
        interpreter=given["interpreter"],
        fail_on=FailOn(given["fail_on"]) if given["fail_on"] else None,
        list_only=given["list_only"],
        results=given["results"].resolve(),
        cache=(given["cache"] or cached_environments()).resolve(),
        limit=given["limit"],
        ask=shared.questions(given["ask"]),
        start_seconds=given["start_seconds"],
        annotate=given["annotate"],
        schema=given["schema"],
    )


def _parameter(key: str) -> str:
    return deployments.OPTIONS.get(key, key).replace("-", "_")


def _number(text: str) -> int | str:
    """A number; other words are left to the checks that a file goes through."""
    try:
        return int(text)
    except ValueError:
        return text


@click.command(
    cls=shared.Verb,
    record=_record,
    examples=(
        "flask-concurrency check --list",
        "flask-concurrency check --config concurrency.toml --only web",
        "flask-concurrency check --command 'gunicorn shop:app --bind {host}:{port}' "
        "--at-least 4",
    ),
    exit_codes=EXIT_CODES,
)
@click.option(
    "--config",
    type=shared.FILE,
    metavar="FILE",
    help="File that describes deployments.  [default: concurrency.toml or "
    "pyproject.toml in this folder]",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="Deployment of the file to measure; may be repeated.  [default: all]",
)
@click.option(
    "--command",
    metavar="COMMAND",
    help="Instead of a file: the command that starts the server, with {port} in it.",
)
@click.option(
    "--requirements",
    metavar="FILE",
    help="For --command: requirements to install into an environment of its own.",
)
@click.option(
    "--python-version",
    metavar="X.Y",
    help="For --command: the Python that it must run on.",
)
@click.option(
    "--interpreter",
    type=shared.FILE,
    metavar="FILE",
    help="For --command: where that Python is.",
)
@click.option(
    "--ready",
    metavar="PATH",
    help="For --command: path that must answer before it is measured.",
)
@click.option(
    "--declared",
    type=_number,
    metavar="N",
    help="For --command: how many requests at once it promises, or unbounded.",
)
@click.option(
    "--at-least",
    type=_number,
    metavar="N",
    help="For --command: how many requests must always be handled at once.",
)
@click.option(
    "--fail-on",
    type=click.Choice(GATES),
    metavar="WHAT",
    help=f"What fails the check: {', '.join(GATES)}.  [default: any broken promise]",
)
@click.option(
    "--list",
    "list_only",
    is_flag=True,
    help="Show what each deployment declares and stop.",
)
@shared.results
@click.option(
    "--cache",
    type=shared.DIRECTORY,
    metavar="DIR",
    help="Folder for environments made from requirements.  [default: in the user's "
    "cache]",
)
@click.option(
    "--limit",
    type=shared.positive,
    metavar="N",
    help="Most requests offered to a deployment that declares no bound.  "
    f"[default: {DEFAULT_LIMIT}]",
)
@shared.ask
@click.option(
    "--start-seconds",
    type=float,
    default=READY_SECONDS,
    metavar="S",
    help="How long a deployment may take to answer its first request.",
)
@click.option(
    "--annotate", is_flag=True, help="Print an annotation for GitHub on each fault."
)
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of the file and stop."
)
def check(options: CheckOptions) -> int:
    """Measure deployments of your own.

    Your app is started by your command, neither of them changed. The check fails if it
    handles fewer requests at once than the command declares.
    """
    if options.schema:
        sys.stdout.write(schema_of("deployment"))
        return 0
    configured = configuration(options)
    chosen = choose(configured, options.only)
    results = options.results
    prepared = prepare_all(configured, chosen, options)
    if options.list_only:
        print("\n".join(map(declares, prepared)))
        return 0
    begin(results, Plan(environments=()))
    found = measure_all(configured, prepared, results, options)
    tell(found, results)
    if options.annotate:
        result = files.read(check_path(results), CheckResult)
        annotate(deployment_annotations(found.report, result, os.environ))
    gate(found.report, None, deployments=found.results)
    return 0


def configuration(options: CheckOptions) -> Configured:
    """The deployments of a file, or the one that options describe."""
    if options.command is None and options.described:
        key = next(iter(options.described))
        raise UsageError(f"{key}: is said of one deployment; give its --command too")
    if options.command is None:
        return load(options.config or default_config())
    if options.config is not None:
        raise UsageError("--config and --command: give one of them")
    return described(Path(), {"command": options.command, **options.described})


def default_config() -> Path:
    """The file in the current folder that describes deployments."""
    own = Path(DEFAULT)
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


def prepare_all(
    configured: Configured, chosen: Sequence[Deployment], options: CheckOptions
) -> list[Prepared | NotPrepared]:
    """The deployments, ready to start. Raises ``UsageError`` with all that is wrong."""
    prepared: list[Prepared | NotPrepared] = []
    problems: list[str] = []
    for each in chosen:
        try:
            with deployments.located(configured, each):
                prepared.append(prepare(configured, each, options))
        except UsageError as problem:
            problems += problem.args
    if problems:
        raise UsageError(*problems)
    return prepared


def prepare(
    configured: Configured, deployment: Deployment, options: CheckOptions
) -> Prepared | NotPrepared:
    """A deployment ready to start, or one whose requirements cannot be installed.

    Raises ``DeploymentFault``.
    """
    cache, made_with = options.cache, options.interpreter
    try:
        prepared = preparing.prepare(
            configured, deployment, os.environ, cache, made_with
        )
    except CannotInstall as problem:
        reason = f"requirements: {deployment.requirements} could not be installed"
        return NotPrepared(deployment, reason, str(problem))
    check_limit(prepared, plan_deployment(prepared, options.limit).limit)
    return prepared


def check_limit(prepared: Prepared, limit: int) -> None:
    """Check that this machine can offer as many requests.

    Raises ``DeploymentFault``.
    """
    most = prepared.declaration.declared or limit
    try:
        check_open_files(most, f"the number {most}")
    except UsageError as problem:
        raise DeploymentFault("declared", str(problem)) from None


def declares(each: Prepared | NotPrepared) -> str:
    """What is known of a deployment before it is measured, in one line."""
    if not isinstance(each, Prepared):
        return printable(
            f"{each.deployment.name}: cannot be installed: {each.log_tail}"
        )
    found = each.declaration
    number = "no bound" if found.declared is None else found.declared
    words = f"{each.deployment.name}: declares {number}: {found.because}"
    return printable(f"{words}; it runs on {each.where.python}", characters=1000)


def measure_all(
    configured: Configured,
    prepared: Sequence[Prepared | NotPrepared],
    results: Path,
    options: CheckOptions,
) -> Findings:
    """Measure one after the other; after each there is a report of all.

    Raises ``Interrupted``, with a report of those that were measured.
    """
    reproduce = check_again(configured)
    checked = [
        not_measured(each, plan_deployment(each, options.limit))  # until it is
        for each in prepared
    ]
    found = check_findings.judge_deployments(
        configured, checked, options.fail_on, reproduce
    )
    write(found, results)
    for number, each in enumerate(prepared):
        try:
            checked[number] = measure(each, checked[number], results, options)
        except KeyboardInterrupt:
            ended = Interrupted(
                f"interrupted; {number} of {len(prepared)} deployments were measured"
            )
            if number:
                found = check_findings.judge_deployments(
                    configured, checked[:number], options.fail_on, reproduce
                )
                write(found, results, ended)
                tell(found, results)
            raise ended from None
        found = check_findings.judge_deployments(
            configured, checked, options.fail_on, reproduce
        )
        write(found, results)
    return found


def measure(
    each: Prepared | NotPrepared,
    before: Checked,
    results: Path,
    options: CheckOptions,
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    checked = before
    if isinstance(each, Prepared):
        print(f"{each.deployment.name}: measuring", file=sys.stderr, flush=True)
        for note in each.contained.notes if each.contained else ():
            print(printable(f"{each.deployment.name}: {note}"), file=sys.stderr)
        logs = results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        plan = plan_deployment(each, options.limit, options.ask)
        evidence, hello = asyncio.run(
            measure_deployment(each, plan, logs, options.start_seconds)
        )
        checked = Checked(each, evidence, hello)
    name = checked.deployment.name
    write_evidence(results, checked.evidence, name=name)
    return checked


def write(found: Findings, results: Path, ended: HarnessError | None = None) -> None:
    """Write the report, the badges, and what the check comes to."""
    result = check_findings.check_result(found, ended)
    report = found.report
    files.write(report_path(results), report)
    page = contents.page(report, changes_in(report), result)
    files.write_text(results / "report.md", markdown.write(page))
    for cell in report.cells:
        if cell.reason != check_findings.MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            files.write_text(path, badge(cell))
    files.write(check_path(results), result)


def tell(found: Findings, results: Path) -> None:
    """Print what was found."""
    changes = changes_in(found.report)
    terminal.show(contents.overview(found.report, changes, str(results)))
    broken = [each for each in found.results if each.fault is not None]
    for each in broken if len(broken) > 1 else ():
        print(printable(f"fails: {each.name}: {each.reason}", characters=1000))
