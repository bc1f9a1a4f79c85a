"""Finds the server that called the app, and its settings; any Python from 3.6 on."""

import os
import sys


def greenlet_library():
    """Return the greenlet library whose server was imported, or nothing."""
    servers = (("gevent", "gevent.pywsgi"), ("eventlet", "eventlet.wsgi"))
    return next((name for name, module in servers if module in sys.modules), "")


SERVERS = (
    *("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "tornado", "twisted"),
    *("cheroot", "waitress", "bjoern", "meinheld", "aiohttp", "gevent", "eventlet"),
)
"""Packages of servers, some of which do not tell the app their name."""


def server():
    """Return the package of the calling server, or nothing if it cannot be seen."""
    frame, package = sys._getframe(), ""
    while frame is not None:
        called_from = frame.f_globals.get("__name__", "").partition(".")[0]
        package = called_from if called_from in SERVERS else package
        frame = frame.f_back
    # A server that runs the app in a thread of a pool is not among its callers. It may
    # be the program itself, as in `uvicorn` or `python -m uvicorn`.
    program = (getattr(sys, "argv", None) or [""])[0].split(os.sep)[-2:]
    named = [name for name in program if name in SERVERS]
    imported = [name for name in SERVERS if name in sys.modules]
    alone = imported if len(imported) == 1 else []
    return package or (named + alone + [""])[0]


def settings_of_gunicorn(worker):
    """Return the settings of a gunicorn worker."""
    config = worker.cfg
    return {
        "workers": config.workers,
        "threads": config.threads,
        "worker_connections": config.worker_connections,
        "worker_class": str(config.worker_class_str),
        "version": sys.modules["gunicorn"].__version__,
    }


READERS = {
    "gunicorn": settings_of_gunicorn,
    "waitress": lambda task: {"threads": task.channel.server.adj.threads},
    "cheroot": lambda thread: {"threads": thread.server.requests.min},
}
"""Readers of a server's settings, by package; each takes an object that calls the app."""


def settings():
    """Return the server's settings for how many requests to run at once, if visible.

    If a script starts a server by code, only the server itself knows them.
    """
    frame = sys._getframe()
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package in READERS and "self" in frame.f_locals:
            try:
                return READERS[package](frame.f_locals["self"])
            except AttributeError:
                pass  # another object of this server, or another release of it
        frame = frame.f_back
    return {}
