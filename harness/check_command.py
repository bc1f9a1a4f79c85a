"""Knows the verb ``check``: its options and the order of its steps; must not know how
any of them is done.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec

from harness import check
from harness import contract
from harness import deployment as deployments
from harness import github
from harness import prepared as preparing
from harness import store
from harness.check import Hello
from harness.contract import Kept
from harness.deployment import Configured
from harness.deployment import Deployment
from harness.errors import Interrupted
from harness.errors import UsageError
from harness.judge import judge
from harness.measure import allow_open_files
from harness.measure import FEW_OPEN_FILES
from harness.model import DEFAULT_LIMIT
from harness.model import Evidence
from harness.model import Plan
from harness.model import Report
from harness.prepared import Prepared
from harness.remedy import explained
from harness.report import legend
from harness.report import markdown
from harness.report import terminal
from harness.report.badge import badge
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.escape import terminal as safe
from harness.schema import deployment_schema
from harness.surroundings import CannotInstall
from harness.surroundings import source_key

CODES = """\
exit codes: 0 as declared, or at least `at-least`; 1 fewer than declared, at times or
always, or below `at-least`; 2 bad configuration; 3 nothing measured that could be told;
4 harness failed; 5 could not be installed, started or reached; 130 interrupted
"""


class Checked(NamedTuple):
    """One deployment, and all that is known of it now."""

    deployment: Deployment
    prepared: Prepared | None
    evidence: Evidence
    hello: Hello | None


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


def run(options: argparse.Namespace) -> int:
    """Measure every deployment of a file; raises the errors of ``harness.errors``."""
    if options.schema:
        sys.stdout.write(deployment_schema())
        return 0
    configured = deployments.load(options.config or default_config())
    chosen = choose(configured, options.only)
    results = options.results.resolve()
    prepared = [prepare(configured, each, options) for each in chosen]
    store.begin(results, Plan(environments=()))
    checked: list[Checked] = []
    try:
        for each in prepared:
            checked.append(measure(each, results, options))
    except KeyboardInterrupt:
        if checked:
            show(configured, checked, results)
        raise Interrupted(
            f"interrupted; {len(checked)} of {len(prepared)} deployments were measured"
        ) from None
    kept = show(configured, checked, results)
    if options.annotate:
        annotate(configured, checked, kept)
    contract.enforce(kept, str(configured.path))
    return 0


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
            raise UsageError(
                f"--only {name}: {configured.path} has no deployment of that name; it "
                f"has {', '.join(known)}"
            )
    return [known[name] for name in names] or list(configured.deployments)


# ------------------------------------------------------------------------ measuring


def cache_folder(options: argparse.Namespace) -> Path:
    """Where environments are kept that were made for requirements."""
    if options.cache is not None:
        return Path(options.cache).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "flask-concurrency", "environments")


def prepare(
    configured: Configured, deployment: Deployment, options: argparse.Namespace
) -> Prepared | tuple[Deployment, str]:
    """A deployment ready to start, or why its requirements will not go in.

    Raises ``UsageError``.
    """
    try:
        prepared = preparing.prepare(
            configured, deployment, os.environ, cache_folder(options)
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


def measure(
    each: Prepared | tuple[Deployment, str], results: Path, options: argparse.Namespace
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    if not isinstance(each, Prepared):
        deployment, problem = each
        checked = Checked(deployment, None, check.not_installed(*each), None)
    else:
        deployment = each.deployment
        print(f"{deployment.name}: measuring", file=sys.stderr, flush=True)
        logs = results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        limit = check.limit_for(deployment, options.limit)
        evidence, hello = asyncio.run(
            check.measure(each, limit, logs, options.start_seconds)
        )
        checked = Checked(deployment, each, evidence, hello)
    store.write_evidence(results, checked.evidence, name=deployment.name)
    return checked


# ------------------------------------------------------------------------ reporting


def show(
    configured: Configured, checked: Sequence[Checked], results: Path
) -> list[Kept]:
    """Judge, write the report and the badges, print; which promises are kept."""

    def again(cell_id: str, limit: int) -> str:
        name = cell_id.split("/")[2]
        command = ["flask-concurrency", "check", "--config", str(configured.path)]
        asked = [] if limit == DEFAULT_LIMIT else ["--limit", str(limit)]
        return shlex.join([*command, "--only", name, *asked])

    report = judge([each.evidence for each in checked], reproduce=again)
    report = with_remedies(report, checked)
    store.write_report(results, report)
    kept = [
        contract.kept(each.deployment, cell, each.prepared and each.prepared.promise)
        for each, cell in zip(checked, report.cells, strict=True)
    ]
    top = broken_promises(kept)
    room = markdown.MAX_BYTES - len(top.encode())
    text = top + markdown.render(report, max_bytes=room)
    store.write_text(results / "report.md", text)
    for cell in report.cells:
        store.write_text(results / "badges" / f"{cell.configuration}.json", badge(cell))
    terminal.show(report, results)
    broken = [each for each in kept if each.fault is not None]
    for each in broken if len(broken) > 1 else ():
        print(safe(f"fails: {each.deployment.name}: {each.reason}", characters=1000))
    return kept


def broken_promises(kept: Sequence[Kept]) -> str:
    """What fails the check, as Markdown to go above the report; empty if nothing."""
    items = [
        f"> - {code(each.deployment.name)}: {prose(each.reason, characters=1000)}\n"
        for each in kept
        if each.fault is not None
    ]
    head = "> [!CAUTION]\n> Not what the deployments promise:\n"
    return f"{head}{''.join(items)}\n" if items else ""


def with_remedies(report: Report, checked: Sequence[Checked]) -> Report:
    """The same report, whose reasons say what to do."""
    cells = tuple(
        msgspec.structs.replace(
            cell,
            reason=explained(
                cell,
                each.prepared and each.prepared.promise,
                each.hello.stale if each.hello else (),
                patched=each.hello is not None and each.hello.patched,
            ),
        )
        for each, cell in zip(checked, report.cells, strict=True)
    )
    return msgspec.structs.replace(report, cells=cells)


def annotate(
    configured: Configured, checked: Sequence[Checked], kept: Sequence[Kept]
) -> None:
    """Print a remark for each broken promise, at the setting that it is about."""
    for each, result in zip(checked, kept, strict=True):
        if result.fault is not None:
            path, line = stands(configured, each)
            title = f"{each.deployment.name}: {legend.key(result.cell)}"
            remark = github.Annotation("error", title, result.reason)
            shown = os.path.relpath(path)
            said = github.command(remark)
            place = f"::error file={shown},line={line},"
            print(said.replace("::error ", place, 1), flush=True)


def stands(configured: Configured, checked: Checked) -> tuple[Path, int]:
    """The file and the line of the setting that decides how many are declared."""
    prepared = checked.prepared
    if prepared is None:
        key = "requirements"
        return configured.path, configured.line(checked.deployment, key)
    settings = prepared.promise.settings if prepared.promise else {}
    for name in ("threads", "worker_connections", "gevent", "workers", "processes"):
        setting = settings.get(name)
        if setting is not None and setting.file is not None:
            return setting.file, setting.line
    if prepared.command.path != configured.path:
        return prepared.command.path, prepared.command.line
    key = source_key(checked.deployment)
    return configured.path, configured.line(checked.deployment, key)
