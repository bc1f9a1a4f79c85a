"""The verb ``check``: its options, and the order of its steps."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.cli.deployments import choose
from harness.cli.deployments import configuration
from harness.cli.installing import installing
from harness.cli.measure_deployments import measure_all
from harness.cli.report import show_check
from harness.cli.schema import schema_of
from harness.cli.streams import say
from harness.cli.usage.checking import CheckOptions
from harness.deployment import config as deployments
from harness.deployment import prepare as preparing
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.load import looking_at_paths
from harness.deployment.on_platform import on_paper
from harness.deployment.plan import plan_deployment
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.deployment.requirements import Making
from harness.deployment.requirements import with_environment_of
from harness.github.annotations import annotate
from harness.github.annotations import deployment_annotations
from harness.records import files
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.report import CheckResult
from harness.records.results import begin
from harness.records.results import CHECK
from harness.report.escape import printable
from harness.system.install import CannotInstall
from harness.system.machine import check_open_files


def check(options: CheckOptions) -> int:
    """Measure your own deployments."""
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
    report = measure_all(configured, prepared, options).report
    fault = show_check(results, options.printing)
    if options.annotate:
        result = files.read(results / CHECK, CheckResult)
        annotate(deployment_annotations(report, result, os.environ))
    if fault is not None:
        raise fault
    return 0


# ------------------------------------------------------------------------ preparing


def prepare_all(
    configured: Configured, chosen: Sequence[Deployment], options: CheckOptions
) -> list[Prepared | NotPrepared]:
    """The deployments, ready to start. Raises ``UsageError`` with every problem."""
    prepared: list[Prepared | NotPrepared] = []
    problems: list[str] = []
    for deployment in chosen:
        try:
            with (
                deployments.located(configured, deployment),
                looking_at_paths(),
            ):
                prepared.append(prepare(configured, deployment, options))
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
    shown = contextlib.nullcontext if options.printing.quiet else installing
    making = Making(options.cache, options.interpreter, shown)
    caller = with_environment_of(configured.folder, os.environ)
    try:
        prepared = preparing.prepare(configured, deployment, caller, making)
    except CannotInstall as problem:
        is_named = configured.path is not None or options.requirements is not None
        active = None if is_named else _on_active_python(configured, deployment, making)
        if active is not None:
            say(
                f"{deployment.requirements} could not be installed, so this is "
                f"measured on {active.where.python}: {problem}"
            )
            return active
        reason = f"requirements: {deployment.requirements} could not be installed"
        return NotPrepared(deployment, reason, str(problem))
    own = Path(prepared.where.variables.get("VIRTUAL_ENV", os.curdir))
    if deployment.requirements and not (
        prepared.contained or making.cache in own.parents
    ):
        python = prepared.where.python
        say(f"{python} already satisfies {deployment.requirements} and is used")
    check_limit(prepared, plan_deployment(prepared, options.limit).limit)
    return prepared


def _on_active_python(
    configured: Configured, deployment: Deployment, making: Making
) -> Prepared | None:
    """The deployment on the Python that is active; ``None`` if it cannot be started.

    That is enough where nobody has asked for an environment with requirements.
    """
    without = msgspec.structs.replace(deployment, requirements=None, python=None)
    caller = with_environment_of(configured.folder, os.environ)
    with contextlib.suppress(DeploymentFault):
        return preparing.prepare(configured, without, caller, making)
    return None


def check_limit(prepared: Prepared, limit: int) -> None:
    """Check that this machine can offer so many requests at once.

    Raises ``DeploymentFault``.
    """
    most = prepared.declaration.declared or limit
    try:
        check_open_files(most, f"the number {most}")
    except UsageError as problem:
        raise DeploymentFault("declared", str(problem)) from None


def declares(prepared: Prepared | NotPrepared) -> str:
    """What a deployment declares, in one line."""
    if not isinstance(prepared, Prepared):
        return printable(
            f"{prepared.deployment.name}: cannot be installed: {prepared.log_tail}"
        )
    declared, because = prepared.declaration.declared, prepared.declaration.because
    number = "no bound" if declared is None else declared
    if prepared.problem and prepared.deployment.declared is None:
        problem = "its command does not show what it declares; the running server may"
        return printable(f"{prepared.deployment.name}: {problem}: {prepared.problem}")
    words = f"{prepared.deployment.name}: declares {number}: {because}"
    if sent := on_paper(prepared):
        words = f"{words}; {sent}"
    return printable(f"{words}; it runs on {prepared.where.python}", characters=1000)
