"""Derives how many requests at once a command declares, without guessing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import msgspec

from harness.deployment.command.program import IS_PYTHON
from harness.deployment.command.program import server_name
from harness.deployment.command.program import server_words
from harness.deployment.declared import gunicorn
from harness.deployment.declared import script
from harness.deployment.declared import uwsgi
from harness.deployment.declared.ask_server import ask_server
from harness.deployment.declared.ask_server import placed
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import number
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where
from harness.plan import catalog
from harness.plan.lookup import by_chance
from harness.plan.lookup import find_server

Reader = Callable[[Sequence[str], Where], Promise]

UVICORN_THREADS = 10

NOT_WSGI = "it serves a Flask app only with --interface wsgi"


def waitress(arguments: Sequence[str], where: Where) -> Promise:
    """One process with a pool of threads."""
    threads = number(option(arguments, "--threads"), 4, "--threads")
    settings = {"threads": threads}
    because = f"one process × {threads.value} threads ({listed(settings)})"
    return Promise(
        "waitress", int(threads.value), because, script.WAITRESS_PAGE, settings
    )


def flask(arguments: Sequence[str], where: Where) -> Promise:
    """Flask's own server: a thread for every connection, by default."""
    if "run" not in arguments:
        raise CannotDerive("this command of Flask is not `flask run`")
    page = "https://flask.palletsprojects.com/en/stable/server/"
    off = "--without-threads" in arguments
    variable = where.variables.get("FLASK_RUN_WITH_THREADS", "")
    if "--with-threads" not in arguments and variable.lower() in ("0", "false", "no"):
        off = True
    if off:
        return Promise("werkzeug", 1, "flask run without threads takes one", page)
    because = "flask run starts a thread for every connection"
    return Promise("werkzeug", None, because, page)


def uvicorn(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in a pool of ten threads in each worker."""
    env = where.variables
    interface = option(arguments, "--interface", env=env, variable="UVICORN_INTERFACE")
    if interface is None or interface.value != "wsgi":
        raise CannotDerive(NOT_WSGI)
    variable = "WEB_CONCURRENCY" if env.get("WEB_CONCURRENCY") else "UVICORN_WORKERS"
    given = option(arguments, "--workers", env=env, variable=variable)
    workers = number(given, 1, "--workers")
    return Promise(
        "uvicorn",
        int(workers.value) * UVICORN_THREADS,
        f"{workers.value} workers × {UVICORN_THREADS} threads for WSGI apps "
        f"({listed({'workers': workers})})",
        "https://uvicorn.dev/settings/#implementation",
        {"workers": workers, "threads": Setting(UVICORN_THREADS, "")},
    )


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
        f"{workers.value} workers × {parsed.threads} threads, asyncio's default for "
        f"the processors of this machine ({listed({'workers': workers})})",
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
    settings = {
        name: placed(value, granian_option(arguments, where.variables, name))
        for name, value in values.items()
    }
    few = parsed.backpressure < parsed.threads
    lane = "backpressure" if few else "blocking-threads"
    used = {name: settings[name] for name in ("workers", lane)}
    chance = parsed.threads > 1 and find_server(catalog.load(), "granian")
    return Promise(
        "granian",
        parsed.workers * values[lane],
        f"granian itself reads the command as {parsed.workers} workers × "
        f"{values[lane]} {'requests each' if few else 'threads'} ({listed(used)})",
        "https://github.com/emmett-framework/granian#workers-and-threads",
        settings,
        by_chance=by_chance(chance, parsed.version) if chance else "",
    )


def granian_option(
    arguments: Sequence[str], variables: Mapping[str, str], name: str
) -> Setting | None:
    """The value of an option of granian on its command line, or of its variable."""
    variable = f"GRANIAN_{name.upper().replace('-', '_')}"
    return option(arguments, f"--{name}", env=variables, variable=variable)


READERS: dict[str, Reader] = {
    "gunicorn": gunicorn.promise,
    "waitress": waitress,
    "granian": granian,
    "hypercorn": hypercorn,
    "uvicorn": uvicorn,
    "werkzeug": flask,
}
"""Readers of arguments, by the server."""


def derive(words: Sequence[str], where: Where) -> Promise:
    """What a command declares. Raises ``CannotDerive``, which says why."""
    name, arguments = server_words(words)
    server = server_name(words)
    if server == "uwsgi":
        return uwsgi.promise(words, where)
    reader = READERS.get(server)
    if IS_PYTHON.match(name):
        reader = script.promise
    if reader is None:
        problem = f"{name} is not a server whose options are known"
        raise CannotDerive(problem if name else "a shell line is not looked into")
    return reader(arguments, where)
