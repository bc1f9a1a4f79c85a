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
    answers with a space, stays until it is let go, and then sends the name. With
    ``&events=N`` it sends a space and stays N times.
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
import sys
from urllib.parse import parse_qs

PLACE = "/.flask-concurrency/"
PIECE = b"." * 65536
HEADER = "HTTP_X_FLASK_CONCURRENCY"

places = None
"""The module that holds requests at places inside the app, if there are any."""

started = []
"""The command line of the process, or of the one that it was forked from."""


@functools.lru_cache(maxsize=None)
def load_beside(name):
    """Load one of the files of the protocol that the catalog's own app uses."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    spec = importlib.util.spec_from_file_location(
        "_flask_concurrency_" + os.path.basename(name),
        os.path.join(folder, name + ".py"),
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


protocol = load_beside("hold")
patches = load_beside("hook/patches")
caller = load_beside("hook/caller")


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
    """Answer with a description of the process, and what blocks in spite of patching."""
    return json.dumps(
        {
            "token": os.environ.get("FLASK_CONCURRENCY_TOKEN", ""),
            "process": os.getpid(),
            "patched": patches.is_patched(),
            "stale": patches.stale(),
            "python": ".".join(map(str, sys.version_info[:3])),
            "flask": flask_release(),
            "words": started,
            "folder": folder(),
            "green": caller.greenlet_library(),
            "places": sorted(places.watched) if places else [],
            "software": str(environ.get("SERVER_SOFTWARE", "")),
            "server": caller.server(),
            "told": caller.settings(),
            **protocol.claims(environ),
        }
    )


def queried(environ):
    """Return the values of the query, by name."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    return {name: values[0] for name, values in query.items()}


def whole(text):
    """Return a text as the length and the pieces of an answer's body."""
    body = text.encode("utf-8")
    return len(body), [body]


def same_headers(environ):
    """Return headers that let another request through in the same way."""
    return {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and name != "HTTP_CONNECTION"
    }


def hold(environ):
    """Hold the request, do what its query asks for, and answer with its name."""
    query = queried(environ)
    name = query["request"]
    if "call" in query:
        # If the app is mounted below some path, the call goes to the same path.
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        headers = same_headers(environ)
        return protocol.call(
            name, query["call"], path, headers, patches.connect, patches.wait_for
        )
    if "compute" in query:
        protocol.compute(name, int(query["compute"]), patches.connect)
        return name
    sleep = patches.blocking_sleep()
    protocol.hold(name, patches.connect, query.get("wait", "socket"), sleep)
    return name


def stream(environ):
    """Begin the answer, hold the request, then complete the answer with its name."""
    query = queried(environ)
    name = query["request"]

    def pieces():
        for _ in range(int(query.get("events", "1"))):
            yield b" "
            protocol.hold(name, patches.connect)
        yield name.encode("utf-8")

    return None, pieces()


def upload(environ):
    """Stay in the app until everything that the client sends has arrived."""
    name = queried(environ)["request"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    protocol.hold_reading(
        name, lambda: environ["wsgi.input"].read(length), patches.connect
    )
    return whole(name)


def large(environ):
    """Answer with the number of pieces that the query names."""
    pieces = int(queried(environ)["pieces"])
    return pieces * len(PIECE), itertools.repeat(PIECE, pieces)


def read(environ):
    """Answer with the number of bytes that the client sent, once all have arrived."""
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
    _, place, view = environ.get("PATH_INFO", "").rpartition(PLACE)
    if not place or view not in VIEWS or not holds_secret(environ):
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
