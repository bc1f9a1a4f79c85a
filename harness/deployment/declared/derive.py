"""Derives how many requests at once a command declares, without guessing."""

from collections.abc import Callable
from collections.abc import Sequence

import msgspec

from harness.deployment.command.program import package_of
from harness.deployment.command.program import server_command
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import option
from harness.deployment.command.setting import Setting
from harness.deployment.command.settings import settings_of
from harness.deployment.command.shell import CommandContext
from harness.deployment.declared import gunicorn
from harness.deployment.declared import script
from harness.deployment.declared import uwsgi
from harness.deployment.declared.ask_server import ask_server
from harness.deployment.declared.ask_server import placed
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where
from harness.plan import catalog
from harness.plan.lookup import by_chance
from harness.plan.lookup import find_server
from harness.plan.server_options import CommandOf
from harness.plan.server_options import known_server
from harness.plan.wrappers import IS_PYTHON
from harness.records.text import plural

Reader = Callable[[Sequence[str], Where], Promise]

NOT_WSGI = "it serves a Flask app only with --interface wsgi"

PAGES = {
    "waitress": script.WAITRESS_PAGE,
    "uvicorn": "https://uvicorn.dev/settings/#implementation",
    "werkzeug": "https://flask.palletsprojects.com/en/stable/server/",
}
"""Servers whose options alone determine the number, each with its documentation."""


def by_options(server: CommandOf, arguments: Sequence[str], where: Where) -> Promise:
    """What options declare without asking the server. Raises ``CannotDerive``."""
    settings = settings_of(server, arguments, _context(where))
    found = settings.known_capacity()
    counted = {
        name: settings.given.get(name, Setting(found.settings[name], ""))
        for name in (found.rule.processes, found.rule.lanes)
        if isinstance(name, str)
    }
    said = {name: each for name, each in counted.items() if server.options[name].names}
    because = f"{found.words} ({listed(said)})" if said else found.words
    page, every = PAGES[server.name], {**settings.given, **counted}
    return Promise(server.name, found.declared, because, page, every)


def _context(where: Where) -> CommandContext:
    return CommandContext((where.folder,), where.variables, 1)


class HypercornSettings(msgspec.Struct, frozen=True):
    """The settings that hypercorn reads (``target/ask_hypercorn.py``)."""

    workers: int
    worker_class: str
    threads: int
    """Threads of the default pool of asyncio in the deployment's Python."""


def hypercorn(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in asyncio's pool in each worker. Raises ``CannotDerive``."""
    parsed = ask_server("hypercorn", arguments, where, HypercornSettings)
    if parsed.worker_class not in ("asyncio", "uvloop"):
        kind = parsed.worker_class
        raise CannotDerive(f"what the worker class {kind} declares is not known")
    config = option(arguments, "-c", "--config")
    workers = placed(
        max(parsed.workers, 1),  # without workers the app runs in the first process
        option(arguments, "-w", "--workers"),
        [where.folder / str(config.value).removeprefix("file:")] if config else [],
        "workers",
    )
    return Promise(
        "hypercorn",
        int(workers.value) * parsed.threads,
        f"{plural(int(workers.value), 'worker')} × {plural(parsed.threads, 'thread')}, "
        "asyncio's default for the processors of this machine "
        f"({listed({'workers': workers})})",
        "https://docs.python.org/3/library/concurrent.futures.html"
        "#concurrent.futures.ThreadPoolExecutor",
        {"workers": workers, "threads": Setting(parsed.threads, "")},
    )


class GranianSettings(msgspec.Struct, frozen=True):
    """The settings that granian reads (``target/ask_granian.py``)."""

    interface: str
    workers: int
    threads: int
    backpressure: int
    version: str


def granian(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in a pool of threads in each worker. Raises ``CannotDerive``.

    granian itself reads its command line and variables: its defaults differ by release.
    """
    parsed = ask_server("granian", arguments, where, GranianSettings)
    if parsed.interface != "wsgi":
        raise CannotDerive(NOT_WSGI)
    values = {
        "workers": parsed.workers,
        "blocking-threads": parsed.threads,
        "backpressure": parsed.backpressure,
    }
    known = known_server("granian")
    given = settings_of(known, arguments, _context(where)).given if known else {}
    settings = {name: placed(value, given.get(name)) for name, value in values.items()}
    few = parsed.backpressure < parsed.threads
    lane = "backpressure" if few else "blocking-threads"
    each = f"{values[lane]} requests each" if few else plural(values[lane], "thread")
    used = {name: settings[name] for name in ("workers", lane)}
    server = find_server(catalog.load(), "granian") if parsed.threads > 1 else None
    return Promise(
        "granian",
        parsed.workers * values[lane],
        "granian itself reads the command as "
        f"{plural(parsed.workers, 'worker')} × {each} ({listed(used)})",
        "https://github.com/emmett-framework/granian#workers-and-threads",
        settings,
        by_chance=by_chance(server, parsed.version) if server else "",
    )


READERS: dict[str, Reader] = {
    "gunicorn": gunicorn.promise,
    "granian": granian,
    "hypercorn": hypercorn,
}
"""Readers of arguments, by the server."""


def derive(words: Sequence[str], where: Where) -> Promise:
    """What a command declares. Raises ``CannotDerive``, which says why."""
    name, arguments, given = server_command(words)
    server = package_of(name)
    where = where._replace(variables={**where.variables, **given})
    if server == "uwsgi":
        return uwsgi.promise(words, where)
    if server in PAGES and (known := known_server(name)):
        return by_options(known, arguments, where)
    reader = READERS.get(server)
    if IS_PYTHON.match(name):
        reader = script.promise
    if reader is None:
        problem = f"{name} is not a server whose options are known"
        raise CannotDerive(problem if name else "shell lines are not analysed")
    return reader(arguments, where)
