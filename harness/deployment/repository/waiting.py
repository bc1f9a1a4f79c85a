"""Compares how long a platform waits with how long its app's server does.

A server waits for the app, and for the next request, by its options. Defaults are those
seen with gunicorn 27.0.1, uvicorn 0.54.0, hypercorn 0.18.0, granian 2.8.7 and waitress
3.0.2; they are in ``docs/waiting.md``.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_words
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.settings import GivenSettings
from harness.deployment.command.settings import settings_of
from harness.deployment.command.shell import CommandContext
from harness.deployment.platforms.instance import Instance
from harness.deployment.repository.sendings import candidates
from harness.deployment.repository.started import ReadPlace
from harness.judge.platform_waits import AppWaits
from harness.judge.platform_waits import judge_answer
from harness.judge.platform_waits import judge_idle
from harness.judge.platform_waits import PlatformWaits
from harness.plan.capacity import Value
from harness.plan.server_options import CommandOf
from harness.plan.server_options import known_server
from harness.plan.server_options import last_value
from harness.records.declares import Waiting
from harness.records.declares import Waits

GUNICORN_TIMEOUT = 30.0
GUNICORN_KEEP_ALIVE = 2.0


class Patience(NamedTuple):
    """How long a server waits; ``None`` if that is unknown."""

    answer: AppWaits | None
    idle: AppWaits | None


NOT_KNOWN = Patience(None, None)


def patience(words: Sequence[str], context: CommandContext, of: str) -> Patience:
    """How long the server of a command waits; ``of`` names the place of the command."""
    name, arguments = server_words(words)
    try:
        if name == "gunicorn" and (known := known_server(name)):
            return _gunicorn(known, arguments, context, of)
        if name in ("uwsgi", "pyuwsgi"):
            return _uwsgi(arguments, of)
    except CannotDerive:
        return NOT_KNOWN
    if name == "flask":
        return Patience(AppWaits("flask run", None, "", of), AppWaits(name, 0, "", of))
    if name == "granian":
        return Patience(AppWaits(name, None, "", of), None)
    server = KNOWN.get(name)
    if server is None or server.idle_seconds is None:
        return NOT_KNOWN
    given = last_value(arguments, (server.idle_option,))
    seconds = _seconds(given, server.idle_seconds)
    idle = AppWaits(server.package, seconds, server.idle_option, of)
    return Patience(AppWaits(server.package, None, "", of), idle)


def _gunicorn(
    server: CommandOf, arguments: Sequence[str], context: CommandContext, of: str
) -> Patience:
    settings = settings_of(server, arguments, context)
    # Each worker waits equally long, however many there are.
    found = settings.capacity(context.processors, but={"workers"})
    timeout = _seconds(_time(settings, "timeout", "-t", "--timeout"), GUNICORN_TIMEOUT)
    keep = _seconds(_time(settings, "keepalive", "--keep-alive"), GUNICORN_KEEP_ALIVE)
    family = found.rule.family
    # The classes with gevent's own WSGI server have waits of their own.
    is_pywsgi = "wsgi" in str(found.settings["worker-class"]).lower()
    if is_pywsgi or family not in {"sync", "gthread", "gevent", "eventlet", "tornado"}:
        return NOT_KNOWN
    # Only a sync worker cannot show that it is alive while a request is in the app.
    answer = AppWaits(
        "gunicorn",
        timeout if family == "sync" and timeout else None,
        "--timeout",
        of,
        ", or give its workers threads: with those the timeout ends no request",
    )
    # A gthread worker keeps only the connections that it may have beyond its threads.
    connections, threads = map(found.number, ("worker-connections", "threads"))
    keeps_none = family == "sync" or (family == "gthread" and connections <= threads)
    idle = AppWaits(
        "gunicorn", 0 if keeps_none or not keep else keep, "--keep-alive", of
    )
    return Patience(answer, idle)


def _time(settings: GivenSettings, key: str, *names: str) -> Value | None:
    """A timeout of gunicorn, from its command line or else its file."""
    given = last_value(settings.words, names)
    return settings.file.settings.get(key) if given is None else given


def _uwsgi(arguments: Sequence[str], of: str) -> Patience:
    """uWSGI's waits; unknown if it reads files, which may say more than the words."""
    if any(word.endswith((".ini", ".yaml", ".yml", ".xml")) for word in arguments):
        return NOT_KNOWN
    seconds = _seconds(last_value(arguments, ("--harakiri",)), 0.0)
    keeps = any(word.startswith(("--http11", "--http-keepalive")) for word in arguments)
    return Patience(
        AppWaits("uWSGI", seconds or None, "--harakiri", of),
        None if keeps else AppWaits("uWSGI", 0, "", of),
    )


def _seconds(given: Value | None, default: float) -> float:
    """A setting in seconds. Raises ``CannotDerive`` if it is not a number."""
    try:
        return default if given is None else float(given)
    except ValueError:
        raise CannotDerive(f"{given!r} is not a number of seconds") from None


def waiting(
    instance: Instance, folder: Path, places: Sequence[ReadPlace]
) -> Iterator[Waiting]:
    """Who gives up first, on answers and on idle connections.

    ``places`` are those of the same project.
    """
    if instance.answer is None and instance.idle is None:
        return
    app = _started(instance, places)
    if app is not None:
        yield from judgements(instance, app, str(instance.path.relative_to(folder)))


def judgements(instance: Instance, app: Patience, file: str) -> Iterator[Waiting]:
    """Judgements of the waits of an instance, in a ``file``, and of what it starts."""
    platform = instance.platform
    for about, seen, given, waits, judge in (
        (Waits.ANSWER, instance.answer, platform.answer, app.answer, judge_answer),
        (Waits.NEXT_REQUEST, instance.idle, platform.idle, app.idle, judge_idle),
    ):
        if seen is None or given is None or waits is None:
            continue
        then = given.then
        if seen.again:
            then = f"sends it to another server too (unless it is a POST), and {then}"
        because = "" if seen.key else "by default"
        own = PlatformWaits(platform.title, seen.seconds, because, then)
        if judged := judge(own, waits):
            yield Waiting(
                file=file,
                line=seen.line,
                platform=platform.title,
                about=about,
                platform_seconds=seen.seconds,
                app_seconds=waits.seconds,
                of=waits.of,
                verdict=judged.verdict,
                fault=judged.fault,
                reason=judged.reason,
                remedy=judged.remedy,
                source=given.source,
                read=platform.read.isoformat(),
            )


def _started(instance: Instance, places: Sequence[ReadPlace]) -> Patience | None:
    """How long all candidates for an instance's server wait, if they agree."""
    by_waits: dict[tuple[float | None, ...], Patience] = {}
    for candidate in candidates(instance, places):
        there = candidate.elsewhere(dict(instance.variables), 1)
        if there is None:
            return None
        context = CommandContext(
            candidate.folders, there.command.variables, 1, candidate.started.copied
        )
        waits = patience(there.command.words, context, candidate.where)
        if waits == NOT_KNOWN:
            return None
        seconds = tuple(e.seconds if e else -1 for e in waits)
        by_waits.setdefault(seconds, waits)
    return next(iter(by_waits.values())) if len(by_waits) == 1 else None
