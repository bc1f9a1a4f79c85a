"""Derives what gunicorn's settings declare.

gunicorn itself reads its command line, GUNICORN_CMD_ARGS, WEB_CONCURRENCY and its
configuration file.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from math import prod

import msgspec

from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import COMMAND_LINE
from harness.deployment.command.setting import IN_CODE
from harness.deployment.command.setting import Setting
from harness.deployment.declared.ask_server import ask_server
from harness.deployment.declared.ask_server import line_of
from harness.deployment.declared.promise import kind_of
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where
from harness.records.text import plural

PAGE = "https://gunicorn.org/reference/settings/"


class GunicornSettings(msgspec.Struct, frozen=True):
    """The settings that gunicorn reads (``target/ask_gunicorn.py``)."""

    version: str
    workers: int
    threads: int
    worker_connections: int
    worker_class: str
    config: str
    given_by: dict[str, str]
    bind: tuple[str, ...] = ()
    daemon: bool = False
    reuse_port: bool = False


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """What a gunicorn command line declares. Raises ``CannotDerive``."""
    parsed = ask_server("gunicorn", arguments, where, GunicornSettings)
    used = _used(parsed)
    declared, words = _counted(parsed, used)
    settings = {
        name: _setting(parsed, name, where)
        for name in ("workers", "threads", "worker_connections", "worker_class")
    }
    others = {
        name: _setting(parsed, name, where)._replace(value=value)
        for name, value in _others(parsed).items()
    }
    return Promise(
        "gunicorn",
        declared,
        f"gunicorn itself reads the command as {words}, worker class "
        f"{parsed.worker_class} "
        f"({listed({name: settings[name] for name in (*used, 'worker_class')})})",
        PAGE,
        {**settings, **others, "version": Setting(parsed.version, "")},
    )


def promise_in_code(in_code: Mapping[str, int | str]) -> Promise:
    """What a gunicorn started by code declares, by its settings in that code.

    Raises ``CannotDerive``, and ``msgspec.ValidationError`` for others than these.
    """
    rest = {"config": "", "given_by": {}}
    parsed = msgspec.convert({**rest, **in_code}, GunicornSettings)
    declared, words = _counted(parsed, _used(parsed))
    return Promise(
        "gunicorn",
        declared,
        f"code starts gunicorn with {words}, worker class {parsed.worker_class}",
        PAGE,
        {name: Setting(value, IN_CODE) for name, value in in_code.items()},
    )


def _others(parsed: GunicornSettings) -> dict[str, str]:
    """Settings that are needed only for remedies."""
    given = {"daemon": parsed.daemon, "reuse_port": parsed.reuse_port}
    others = {name: str(value) for name, value in given.items() if value}
    return {"bind": ",".join(parsed.bind), **others} if parsed.bind else others


def _used(parsed: GunicornSettings) -> tuple[str, ...]:
    """The settings whose product is the declared number. Raises ``CannotDerive``."""
    kind = kind_of(parsed.worker_class)
    if kind in ("sync", "tornado"):
        return ("workers",)
    if kind == "gthread" and parsed.threads <= parsed.worker_connections:
        return ("workers", "threads")
    if kind in ("gthread", "gevent", "eventlet"):
        return ("workers", "worker_connections")
    raise CannotDerive(f"what the worker class {kind} declares is not known")


def _counted(parsed: GunicornSettings, used: Sequence[str]) -> tuple[int, str]:
    """The product of some settings, and how it comes about."""
    values = {name.replace("worker_", ""): getattr(parsed, name) for name in used}
    words = (plural(value, noun.removesuffix("s")) for noun, value in values.items())
    return prod(values.values()), " × ".join(words)


def _setting(parsed: GunicornSettings, name: str, where: Where) -> Setting:
    value = getattr(parsed, name)
    given = parsed.given_by.get(name)
    if given == "command":
        return Setting(value, COMMAND_LINE)
    if given == "GUNICORN_CMD_ARGS":
        return Setting(value, "the variable GUNICORN_CMD_ARGS")
    if given == "file":
        path = where.folder / parsed.config.removeprefix("file:")
        return Setting(value, path.name, path, line_of(path, name) or 1)
    if name == "workers" and where.variables.get("WEB_CONCURRENCY"):
        return Setting(value, "the variable WEB_CONCURRENCY")
    return Setting(value, "")
