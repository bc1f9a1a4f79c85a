"""The reserved route that the probe uses in a user's app.

It is in front of everything that the app itself does with a request, and answers only
requests that have the secret of the run in a header. For all others it does not exist.

``.../ready``
    proves that the answer comes from the server that was started.
``.../hold?request=NAME``
    stays in the app until the probe lets it go. ``&wait=`` says how it waits. With
    ``&call=HOST:PORT`` it then calls its own server there, with ``&compute=STEPS`` it
    computes that many steps.
``.../stream?request=NAME``
    answers with a space, and stays until it is let go before it goes on with the name.
    With ``&events=N`` it sends a space and stays N times.
``.../upload?request=NAME``
    is in the app while it reads what is sent, for clients that send slowly.
``.../large?pieces=N``
    answers with N pieces, for clients that read slowly.
``.../read``
    reads what is sent, for clients that send slowly.

It runs on any Python from 3.6 on and with any Flask, of which it imports nothing.
"""

import functools
import hmac
import importlib.util
import itertools
import json
import os
import select
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs

PLACE = "/.flask-concurrency/"
PIECE = b"." * 65536
HEADER = "HTTP_X_FLASK_CONCURRENCY"

# What code that was imported together with Flask got. If a library such as gevent
# patches the standard library later, names that were imported before stay as they were.
BEFORE = {
    "sleep": time.sleep,
    "socket": socket.socket,
    "create_connection": socket.create_connection,
    "select": select.select,
    "Popen": subprocess.Popen,
}
_stale = {}

places = None
"""The module that holds requests at places inside the app, if there are any."""

started = []
"""The words that the process was started with, or the one that it was forked from."""


@functools.lru_cache(maxsize=None)
def load_beside(name):
    """Load one of the files of the protocol that the catalog's own app uses."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    spec = importlib.util.spec_from_file_location(
        "_flask_concurrency_" + name, os.path.join(folder, name + ".py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


protocol = load_beside("hold")


def patched_late():
    """Return whether the standard library was patched after Flask was imported."""
    return socket.socket is not BEFORE["socket"] or time.sleep is not BEFORE["sleep"]


def written_here(module):
    """Return whether a module is the user's own: neither installed nor Python's."""
    path = getattr(module, "__file__", None) or ""
    installed = any(part in path for part in ("site-packages", "dist-packages"))
    standard = path.startswith(os.path.dirname(os.__file__) + os.sep)
    return path.endswith(".py") and not (installed or standard)


def find_stale():
    """Return names in the user's modules that block, because patching came too late."""
    if not patched_late():
        return []
    now = {
        id(each)
        for each in (time.sleep, socket.socket, socket.create_connection)
        + (select.select, subprocess.Popen)
    }
    old = {id(each) for each in BEFORE.values()} - now
    return sorted(
        module_name + "." + name
        for module_name, module in list(sys.modules.items())
        if written_here(module) and not module_name.startswith("_flask_concurrency")
        for name, value in list(vars(module).items())
        if id(value) in old
    )


def stale():
    """Return the same, looking only once in each process."""
    if os.getpid() not in _stale:
        _stale[os.getpid()] = find_stale()
    return _stale[os.getpid()]


def connect(address):
    """Open a connection that blocks as the app's own code would."""
    if not stale():
        return socket.create_connection(address)
    # Some of the app's code was not patched, and does not switch greenlets.
    connection = BEFORE["socket"](socket.AF_INET, socket.SOCK_STREAM)
    connection.connect(address)
    return connection


def holds_secret(environ):
    """Return whether a request comes from the probe."""
    secret = os.environ.get("FLASK_CONCURRENCY_TOKEN", "").encode("latin-1")
    given = environ.get(HEADER, "").encode("latin-1", "replace")
    return bool(secret) and hmac.compare_digest(given, secret)


def flask_release():
    """Return the release of Flask, or nothing if it is unknown."""
    try:
        from importlib.metadata import version

        return version("flask")
    except Exception:
        # Before Python 3.8 only Flask itself says so.
        return getattr(sys.modules.get("flask"), "__version__", "")


def folder():
    """Return the current folder; nothing if it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def ready(environ):
    """Answer with the process, and what in it blocks in spite of patching."""
    return json.dumps(
        {
            "token": os.environ.get("FLASK_CONCURRENCY_TOKEN", ""),
            "process": os.getpid(),
            "patched": socket.socket.__module__ != "socket",
            "stale": stale(),
            "python": ".".join(map(str, sys.version_info[:3])),
            "flask": flask_release(),
            "words": started,
            "folder": folder(),
            "green": green(),
            "places": sorted(places.found) if places else [],
            "software": str(environ.get("SERVER_SOFTWARE", "")),
            "server": server(),
            "told": told(),
            **protocol.claims(environ),
        }
    )


def wait_for(*several):
    """Wait for one of several sockets, as the app's own code would."""
    return (BEFORE["select"] if stale() else select.select)(*several)


def queried(environ):
    """Return the values of the query, by name."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    return {name: values[0] for name, values in query.items()}


def whole(text):
    """Return a text as the body of an answer: its length, and its pieces."""
    body = text.encode("utf-8")
    return len(body), [body]


def green():
    """Return the library of greenlets whose server was imported, or nothing."""
    servers = (("gevent", "gevent.pywsgi"), ("eventlet", "eventlet.wsgi"))
    return next((name for name, module in servers if module in sys.modules), "")


SERVERS = (
    ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "tornado", "twisted")
    + ("cheroot", "waitress", "bjoern", "meinheld", "aiohttp", "gevent", "eventlet")
)
"""Packages of servers, of which some do not tell the app their name."""


def server():
    """Return the package of the server that called, or nothing if it is not seen."""
    frame, found = sys._getframe(), ""
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        found = package if package in SERVERS else found
        frame = frame.f_back
    # One that runs the app in a thread of a pool is not among its callers. It may be
    # the program itself, as in `uvicorn` or `python -m uvicorn`.
    program = (getattr(sys, "argv", None) or [""])[0].split(os.sep)[-2:]
    named = [name for name in program if name in SERVERS]
    imported = [name for name in SERVERS if name in sys.modules]
    alone = imported if len(imported) == 1 else []
    return found or (named + alone + [""])[0]


def told_gunicorn(worker):
    """Return the settings of a worker of gunicorn."""
    config = worker.cfg
    return {
        "workers": config.workers,
        "threads": config.threads,
        "worker_connections": config.worker_connections,
        "worker_class": str(config.worker_class_str),
        "version": sys.modules["gunicorn"].__version__,
    }


TOLD = {
    "gunicorn": told_gunicorn,
    "waitress": lambda task: {"threads": task.channel.server.adj.threads},
    "cheroot": lambda thread: {"threads": thread.server.requests.min},
}
"""How many requests at once a server was told to run, by an object that calls the app."""


def told():
    """Return how many requests at once the server was told to run, if that is seen.

    Where a script starts a server by code, only the server itself knows.
    """
    frame = sys._getframe()
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package in TOLD and "self" in frame.f_locals:
            try:
                return TOLD[package](frame.f_locals["self"])
            except AttributeError:
                pass  # another object of this server, or another release of it
        frame = frame.f_back
    return {}


def same_headers(environ):
    """Return the headers of a request, for another one that is let through as well."""
    return {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and name != "HTTP_CONNECTION"
    }


def hold(environ):
    """Hold the request, then do as it asks, and answer with its name."""
    query = queried(environ)
    name = query["request"]
    if "call" in query:
        # If the app is mounted below some path, the call goes to the same path.
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        headers = same_headers(environ)
        return protocol.call(name, query["call"], path, headers, connect, wait_for)
    if "compute" in query:
        protocol.compute(name, int(query["compute"]), connect)
        return name
    sleep = BEFORE["sleep"] if stale() else None
    protocol.hold(name, connect, query.get("wait", "socket"), sleep)
    return name


def stream(environ):
    """Begin to answer, hold the request, then go on with its name."""
    query = queried(environ)
    name = query["request"]

    def pieces():
        for _ in range(int(query.get("events", "1"))):
            yield b" "
            protocol.hold(name, connect)
        yield name.encode("utf-8")

    return None, pieces()


def upload(environ):
    """Be in the app until all has come that the client sends."""
    name = queried(environ)["request"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    protocol.hold_reading(name, lambda: environ["wsgi.input"].read(length), connect)
    return whole(name)


def large(environ):
    """Answer with the number of pieces that the query names."""
    pieces = int(queried(environ)["pieces"])
    return pieces * len(PIECE), itertools.repeat(PIECE, pieces)


def read(environ):
    """Answer with the number of bytes that the client sent, once all have come."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return whole(str(len(environ["wsgi.input"].read(length))))


VIEWS = {
    "async": lambda environ: whole("only in the catalog's own app"),
    "ready": lambda environ: whole(ready(environ)),
    "hold": lambda environ: whole(hold(environ)),
    "stream": stream,
    "large": large,
    "read": read,
    "upload": upload,
}


def answer(environ, start_response):
    """Answer a request of the probe; return ``None`` for all other requests."""
    # The end of the path: the app may be mounted below one.
    _, ours, view = environ.get("PATH_INFO", "").rpartition(PLACE)
    if not ours or view not in VIEWS or not holds_secret(environ):
        return None
    # Only Flask itself runs coroutines, and this is in front of it.
    status = "501 Not Implemented" if view == "async" else "200 OK"
    length, pieces = VIEWS[view](environ)
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(length))]
    if length is None:
        headers = [("Content-Type", "text/event-stream")]
    start_response(status, headers)
    return pieces


def in_front(call):
    """Return a WSGI method with the reserved route in front of it."""

    @functools.wraps(call)
    def called(self, environ, start_response):
        answered = answer(environ, start_response)
        if answered is not None:
            return answered
        if places is not None:
            return places.through(call, self, environ, start_response)
        return call(self, environ, start_response)

    return called


def add_to(flask):
    """Put the route in front of every app of a class.

    Servers call the app itself, and some middleware calls its ``wsgi_app``.
    """
    flask.__call__ = in_front(flask.__call__)
    flask.wsgi_app = in_front(flask.wsgi_app)
