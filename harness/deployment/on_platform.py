"""The platform of a deployment: what it sends, and how it checks, by its files."""

import functools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.shell import CommandContext
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import Probes
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances_in
from harness.deployment.platforms.read import named_instances
from harness.deployment.prepare import Prepared
from harness.deployment.repository.script import SimpleCommand
from harness.deployment.repository.sendings import limit_of
from harness.deployment.repository.started import count
from harness.deployment.repository.waiting import judgements
from harness.deployment.repository.waiting import patience
from harness.judge.platform_sends import judge_platform
from harness.judge.platform_sends import Judged
from harness.judge.platform_sends import Takes
from harness.records.declares import SendVerdict
from harness.records.health import CheckBy
from harness.records.health import HealthCheck
from harness.records.report import CellReport
from harness.records.report import Remark
from harness.records.rules import Other
from harness.records.rules import WAITS
from harness.records.text import plural


def platform_of(deployment: Deployment, folder: Path) -> Instance | None:
    """The kind of instance that a deployment runs in, by a file of its platform.

    The file is the one that ``platform`` names, or the only one in the folder with a
    limit. Raises ``DeploymentFault`` about a file that was named.
    """
    if deployment.platform is not None:
        return _named(folder / deployment.platform)
    limited = [
        each
        for path in sorted(folder.iterdir())
        for each in instances_in(path)
        if each.limit is not None and not each.problem
    ]
    return limited[0] if len(limited) == 1 else None


def _named(path: Path) -> Instance:
    named = named_instances("platform", path)
    if not named:
        raise DeploymentFault(
            "platform",
            f"{path} is not a file of a known platform; name a service.yaml, fly.toml, "
            "app.yaml, main.tf, a Kubernetes manifest or the like",
        )
    limited = [each for each in named if each.limit is not None]
    return (limited or named)[0]


GIVEN = ("path", "port", "by", "period", "timeout", "failures")


def health_check(deployment: Deployment, folder: Path) -> HealthCheck:
    """The health check of a deployment's orchestrator. Raises ``DeploymentFault``.

    A key overrides what a file says, which overrides Kubernetes' defaults.
    """
    given = deployment.probes or Probes()
    check = HealthCheck(path=deployment.ready or "")
    if given.file:
        check = _in_file(folder / given.file)
    elif platform := platform_of(deployment, folder):
        check = platform.check or check
    keys = {name: getattr(given, name) for name in GIVEN}
    settings = {name: value for name, value in keys.items() if value is not None}
    if settings:
        says = "as its file says" if check.file == "" else f"{check.says} and `probes`"
        settings["says"] = says
    if settings.get("by") is CheckBy.TCP:
        settings["path"] = ""
    return msgspec.structs.replace(check, **settings)


def _in_file(path: Path) -> HealthCheck:
    """The first health check of a file. Raises ``DeploymentFault``."""
    in_file = named_instances("probes", path)
    for each in in_file:
        if each.check is not None:
            return each.check
    why = next((f": {each.not_asked}" for each in in_file if each.not_asked), "")
    raise DeploymentFault(
        "probes",
        f"{path} has no health check that can be asked from here, by HTTP or TCP{why}; "
        "name another file, or write { path = '/healthz' }",
    )


WORDS = {
    SendVerdict.MORE: Other.PLATFORM_MORE,
    SendVerdict.FEWER: Other.PLATFORM_FEWER,
}


def on_paper(prepared: Prepared) -> str:
    """Compare what the platform sends with the declaration; empty if it says nothing.

    Raises ``DeploymentFault`` about a file that was named.
    """
    instance = platform_of(prepared.deployment, prepared.where.folder)
    if instance is None or instance.limit is None:
        return ""
    limit = limit_of(instance, f"{instance.path.name}:{instance.line}")
    declared = prepared.declaration.declared
    name = prepared.deployment.name
    return judge_platform(limit, Takes(declared, declared, name)).reason


def remarks_on_platform(
    prepared: Prepared, cell: CellReport, processors: int
) -> Iterator[Remark]:
    """Remarks on a measured deployment on its platform.

    ``processors`` are those of this machine. Raises ``DeploymentFault`` about a file
    that was named.
    """
    instance = platform_of(prepared.deployment, prepared.where.folder)
    if instance is None:
        return
    file, line = str(instance.path.absolute()), instance.line
    remark, sent = functools.partial(Remark, file=file), _sent(instance, cell)
    if word := WORDS.get(sent.verdict):
        yield remark(word=word, reason=sent.reason, remedy=sent.remedy, line=line)
    if reason := _about_processors(instance, prepared, processors):
        remedy = "write a number in place of the processors, or set WEB_CONCURRENCY"
        yield remark(word=Other.PROCESSORS, reason=reason, remedy=remedy, line=line)
    app = patience(
        prepared.command.words, _context(prepared, 1), prepared.deployment.name
    )
    for each in judgements(instance, app, file):
        if each.fault:
            word, reason, remedy = WAITS[each.about], each.reason, each.remedy
            yield remark(word=word, reason=reason, remedy=remedy, line=each.line)


def _sent(instance: Instance, cell: CellReport) -> Judged:
    """Compare what the platform sends with what was measured."""
    limit = limit_of(instance, f"{instance.path.name}:{instance.line}")
    most = cell.ceiling if cell.bounded else None
    always = min(cell.floor or 0, most) if most is not None else None
    return judge_platform(limit, Takes(always, most, cell.configuration))


def _about_processors(instance: Instance, prepared: Prepared, here: int) -> str:
    """A remark on what the command declares with the platform's processors."""
    there = instance.counted_processors
    on_here = _counted(prepared, here)
    if on_here is None or on_here == _counted(prepared, here + 1):
        return ""
    title, size = instance.platform.title, instance.platform.size
    words = (
        f"it declares {on_here} with the {plural(here, 'processor')} of this machine"
    )
    if there is None:
        return f"{words}; on {title} it is not known: {size.because if size else ''}"
    on_there = _counted(prepared, there)
    if on_there == on_here:
        return ""
    return f"{words}, and {on_there} with {there} on {title}"


def _counted(prepared: Prepared, processors: int) -> int | None:
    """The number that the command's words declare; ``None`` if they do not tell."""
    context = _context(prepared, processors)
    command = SimpleCommand(prepared.command.words, context.variables, line=1)
    try:
        return count(command, context).declared
    except CannotDerive:
        return None


def _context(prepared: Prepared, processors: int) -> CommandContext:
    where = prepared.where
    return CommandContext((where.folder,), dict(where.variables), processors)
