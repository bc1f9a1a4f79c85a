"""Compares how long a platform waits with how long the app there does."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.declares.patience import NOT_KNOWN
from harness.deployment.declares.patience import Patience
from harness.deployment.declares.patience import patience
from harness.deployment.declares.sendings import candidates
from harness.deployment.declares.started import ReadPlace
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.instance import Waited
from harness.deployment.shell import CommandContext
from harness.judge.patience import judge_answer
from harness.judge.patience import judge_idle
from harness.judge.patience import JudgedWait
from harness.judge.patience import PlatformWaits
from harness.records.declares import Waiting
from harness.records.declares import Waits


def waiting(
    instance: Instance, path: Path, folder: Path, places: Sequence[ReadPlace]
) -> Iterator[Waiting]:
    """Who gives up first, on answers and on idle connections.

    ``places`` are those of the same project.
    """
    if instance.answer is None and instance.idle is None:
        return
    started = _started(instance, path, places)
    if started is None:
        return
    of, app = started
    file = str(path.relative_to(folder))
    for waits, seen, judged in judgements(instance, app):
        about = instance.platform
        limits = about.answer if waits is Waits.ANSWER else about.idle
        assert limits is not None
        app_waits = app.answer if waits is Waits.ANSWER else app.idle
        assert app_waits is not None
        yield Waiting(
            file=file,
            line=seen.line,
            platform=about.title,
            about=waits,
            platform_seconds=seen.seconds,
            app_seconds=app_waits.seconds,
            of=of,
            verdict=judged.verdict,
            fault=judged.fault,
            reason=judged.reason,
            remedy=judged.remedy,
            source=limits.source,
            read=about.read.isoformat(),
        )


def judgements(
    instance: Instance, app: Patience
) -> Iterator[tuple[Waits, Waited, JudgedWait]]:
    """Judgements of the waits of an instance and of what it starts."""
    platform = instance.platform
    if instance.answer is not None and app.answer is not None:
        then = platform.answer.then if platform.answer else ""
        if instance.answer.again:
            then = f"sends it to another server too (unless it is a POST), and {then}"
        wait = _platform(instance, instance.answer, then)
        yield Waits.ANSWER, instance.answer, judge_answer(wait, app.answer)
    if instance.idle is not None and app.idle is not None:
        then = platform.idle.then if platform.idle else ""
        wait = _platform(instance, instance.idle, then)
        if judged := judge_idle(wait, app.idle):
            yield Waits.NEXT_REQUEST, instance.idle, judged


def _platform(instance: Instance, seen: Waited, then: str) -> PlatformWaits:
    because = "" if seen.key else "by default"
    return PlatformWaits(instance.platform.title, seen.seconds, because, then)


def _started(
    instance: Instance, path: Path, places: Sequence[ReadPlace]
) -> tuple[str, Patience] | None:
    """The server that an instance starts, if all candidates wait equally long."""
    by_waits: dict[tuple[float | None, ...], tuple[str, Patience]] = {}
    for candidate in candidates(instance, path, places):
        there = candidate.elsewhere(dict(instance.variables), 1)
        if there is None:
            return None
        context = CommandContext(candidate.folders, there.command.variables, 1)
        waits = patience(there.command.words, context, candidate.where)
        if waits == NOT_KNOWN:
            return None
        seconds = tuple(e.seconds if e else -1 for e in waits)
        by_waits.setdefault(seconds, (candidate.where, waits))
    return next(iter(by_waits.values())) if len(by_waits) == 1 else None
