"""Knows what the command lines of the servers without files promise, and the pages that
say so; must not know how any of these servers is started.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.declared.promise import CannotDerive
from harness.declared.promise import listed
from harness.declared.promise import number
from harness.declared.promise import option
from harness.declared.promise import Promise
from harness.declared.promise import Setting
from harness.surroundings import Surroundings

UVICORN_THREADS = 10


def waitress(arguments: Sequence[str], where: Surroundings) -> Promise:
    """One process with a pool of threads."""
    threads = number(option(arguments, "--threads", env={}), 4, "--threads")
    settings = {"threads": threads}
    return Promise(
        "waitress",
        int(threads.value),
        f"one process × {threads.value} threads ({listed(settings)})",
        "https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html",
        settings,
    )


def flask(arguments: Sequence[str], where: Surroundings) -> Promise:
    """Flask's own server: a thread for every connection, unless told otherwise."""
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


def uvicorn(arguments: Sequence[str], where: Surroundings) -> Promise:
    """WSGI apps run in a pool of ten threads in each worker."""
    env = where.variables
    asked = option(arguments, "--interface", env=env, variable="UVICORN_INTERFACE")
    if asked is None or asked.value != "wsgi":
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
    variable = "WEB_CONCURRENCY" if env.get("WEB_CONCURRENCY") else "UVICORN_WORKERS"
    workers = _workers(arguments, env, variable)
    return Promise(
        "uvicorn",
        int(workers.value) * UVICORN_THREADS,
        f"{workers.value} workers × {UVICORN_THREADS} threads for WSGI apps "
        f"({listed({'workers': workers})})",
        "https://uvicorn.dev/settings/#implementation",
        {"workers": workers},
    )


def hypercorn(arguments: Sequence[str], where: Surroundings) -> Promise:
    """WSGI apps run in asyncio's default pool of threads in each worker."""
    if option(arguments, "-c", "--config", env={}) is not None:
        raise CannotDerive("its configuration file is not read here")
    kind = option(arguments, "-k", "--worker-class", env={})
    if kind is not None and kind.value not in ("asyncio", "uvloop"):
        raise CannotDerive(f"what the worker class {kind.value} declares is not known")
    workers = number(option(arguments, "-w", "--workers", env={}), 1, "--workers")
    threads = min(32, _processors() + 4)
    return Promise(
        "hypercorn",
        int(workers.value) * threads,
        f"{workers.value} workers × {threads} threads, asyncio's default on a machine "
        f"with {_processors()} processors ({listed({'workers': workers})})",
        "https://docs.python.org/3/library/concurrent.futures.html"
        "#concurrent.futures.ThreadPoolExecutor",
        {"workers": workers},
    )


def granian(arguments: Sequence[str], where: Surroundings) -> Promise:
    """WSGI apps run in a pool of threads in each worker, whose default varies."""
    env = where.variables
    asked = option(arguments, "--interface", env=env, variable="GRANIAN_INTERFACE")
    if asked is None or asked.value != "wsgi":
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
    pool = option(
        arguments, "--blocking-threads", env=env, variable="GRANIAN_BLOCKING_THREADS"
    )
    if pool is None or _limited(arguments, env):
        raise CannotDerive(
            "without --blocking-threads, or with --backpressure, the number depends on "
            "the release of granian"
        )
    threads = number(pool, 1, "--blocking-threads")
    workers = _workers(arguments, env, "GRANIAN_WORKERS")
    settings = {"workers": workers, "blocking-threads": threads}
    return Promise(
        "granian",
        int(workers.value) * int(threads.value),
        f"{workers.value} workers × {threads.value} threads ({listed(settings)})",
        "https://github.com/emmett-framework/granian#workers-and-threads",
        settings,
    )


def _limited(arguments: Sequence[str], env: Mapping[str, str]) -> bool:
    found = option(
        arguments, "--backpressure", env=env, variable="GRANIAN_BACKPRESSURE"
    )
    return found is not None


def _workers(
    arguments: Sequence[str], env: Mapping[str, str], variable: str
) -> Setting:
    found = option(arguments, "--workers", env=env, variable=variable)
    return number(found, 1, "--workers")


def _processors() -> int:
    """What Python's own default counts."""
    return sum(1 for _ in Path("/sys/devices/system/cpu").glob("cpu[0-9]*")) or 1
