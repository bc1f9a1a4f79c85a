"""The verb ``init``: the first ``concurrency.toml`` of a folder."""

import os
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.cli.check import prepare_all
from harness.cli.deployments import default_config
from harness.cli.measure_deployments import measure_all
from harness.cli.streams import say
from harness.cli.usage.checking import CheckOptions
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.detect.candidates import candidates
from harness.deployment.detect.candidates import from_command
from harness.deployment.detect.python_version import named_python
from harness.deployment.detect.python_version import NamedPython
from harness.deployment.init.starter import config_text
from harness.deployment.init.starter import deployments
from harness.deployment.init.starter import Published
from harness.deployment.init.starter import published
from harness.deployment.init.starter import StarterEntry
from harness.deployment.init.starter import UNKNOWN
from harness.deployment.init.workflow import repository_of
from harness.deployment.init.workflow import WORKFLOW
from harness.deployment.init.workflow import workflow_text
from harness.deployment.load import DEFAULT
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.environments.folder import cached_environments
from harness.judge.gate import DeploymentResult
from harness.records import files
from harness.records.choices import FailOn
from harness.records.errors import UsageError
from harness.records.report import CellReport
from harness.report.sections.cell_result import seen_in
from harness.system.pythons import pythons
from harness.system.scratch import scratch_folder


def init(
    words: tuple[str, ...], workflow: bool, at_least: int | None, measure: bool
) -> int:
    """Write concurrency.toml for the app in this folder."""
    folder = Path()
    workflow_file = Path(os.path.relpath(repository_of(folder))) / WORKFLOW
    _check_new(workflow_file if workflow else None)
    ways = [from_command(words)] if words else candidates(folder, "init")
    for way in ways:
        if way.note:
            say(way.note)
    made = deployments(folder, ways, at_least, pythons())
    cells = _measure(folder, made) if measure else [None] * len(made)
    named = [named_python(folder, each.dockerfile) for each in made]
    if workflow:  # which installs it
        made = [*map(_on_named_python, made, named)]
    written = list(map(StarterEntry, ways, made, cells, named))
    by = published()
    _write(Path(DEFAULT), config_text(written, by))
    if not workflow:
        print("Next: flask-concurrency check")
        return 0
    _write(workflow_file, workflow_text(folder, written, by))
    print(_next_step(workflow_file, by))
    return 0


def _on_named_python(each: Deployment, named: NamedPython | None) -> Deployment:
    """A deployment on the Python that its files name, also if that is not here."""
    if named is None or each.requirements is None or each.python:
        return each
    say(
        f"{named.path} names Python {named.release}, which is not installed here; "
        f"before you check {each.name} here: uv python install {named.release}"
    )
    return msgspec.structs.replace(each, python=named.release)


def _check_new(workflow: Path | None) -> None:
    """Raise ``UsageError`` if a file that would be written is there already."""
    wanted = [default_config() or Path(DEFAULT), *([workflow] if workflow else [])]
    existing = [path for path in wanted if path.exists()]
    if existing:
        raise UsageError(
            *(
                f"{path}: already exists, and nothing was written; remove it first"
                for path in existing
            )
        )
    if not os.access(os.curdir, os.W_OK):
        raise UsageError(
            f"{wanted[0]}: cannot be written: {Path.cwd()} is read-only here, or "
            "another user's; run this as its owner, or in a copy of the folder"
        )


def _next_step(workflow: Path, by: Published) -> str:
    """The next step to take before the workflow can check anything."""
    push = "commit both files and push them"
    if by.is_known:
        return f"Next: {push}"
    return (
        f"Next: in {workflow}, write the GitHub account that publishes {by.project} in "
        f"place of {UNKNOWN}; then {push}"
    )


def _measure(folder: Path, made: Sequence[Deployment]) -> list[CellReport | None]:
    """Measure each deployment; ``None`` for one that cannot be started here."""
    configured = Configured(None, folder, tuple(made))
    with scratch_folder() as results:
        options = CheckOptions(
            results=results,
            cache=cached_environments().resolve(),
            fail_on=FailOn.NEVER,
        )
        prepared: dict[str, Prepared | NotPrepared] = {}
        for each in made:
            try:
                (prepared[each.name],) = prepare_all(configured, [each], options)
            except UsageError as problem:
                for arg in problem.args:
                    say(f"not measured: {arg}")
        if not prepared:
            return [None] * len(made)
        findings = measure_all(configured, [*prepared.values()], options)
    for result, cell in zip(findings.results, findings.report.cells, strict=True):
        for line in _broken(result, cell):
            say(f"{result.name}: {line}")
    cells = dict(zip(prepared, findings.report.cells, strict=True))
    return [cells.get(each.name) for each in made]


def _broken(result: DeploymentResult, cell: CellReport) -> Iterator[str]:
    """Broken promises of a deployment, each with its cause and remedy in one line."""
    if result.reason:
        yield seen_in(cell, result.reason, result.remedy)
        if cell.because:
            yield f"why: {cell.because}"
        if result.remedy:
            yield f"what to do: {result.remedy}"


def _write(path: Path, text: str) -> None:
    """Write a new file and say so."""
    files.write_text(path, text)
    print(f"wrote {path}")
    if path.name == DEFAULT:
        print(text)
