"""Derives how many requests at once a command declares, without guessing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from harness.deployment.declared import granian
from harness.deployment.declared import gunicorn
from harness.deployment.declared import hypercorn
from harness.deployment.declared import script
from harness.deployment.declared import uwsgi
from harness.deployment.declared.program import IS_PYTHON
from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import number
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where

Reader = Callable[[Sequence[str], Where], Promise]

UVICORN_THREADS = 10


def waitress(arguments: Sequence[str], where: Where) -> Promise:
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
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
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


READERS: dict[str, Reader] = {
    "gunicorn": gunicorn.promise,
    "waitress-serve": waitress,
    "waitress": waitress,
    "granian": granian.promise,
    "hypercorn": hypercorn.promise,
    "uvicorn": uvicorn,
    "flask": flask,
}
"""Readers of arguments, by the program or the module that ``python -m`` runs."""


WHOLE: dict[str, Reader] = {"uwsgi": uwsgi.promise, "pyuwsgi": uwsgi.promise}
"""Readers of whole commands, for programs that must be run to find out."""


def derive(words: Sequence[str], where: Where) -> Promise:
    """What a command declares. Raises ``CannotDerive``, which says why."""
    name, arguments = server_words(words)
    if name in WHOLE:
        return WHOLE[name](words, where)
    reader = READERS.get(name)
    if IS_PYTHON.match(name):
        reader = script.promise
    if reader is None:
        problem = f"{name} is not a server whose options are known"
        raise CannotDerive(problem if name else "a shell line is not looked into")
    return reader(arguments, where)
