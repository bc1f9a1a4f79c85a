"""Knows how a request that is in the app tells the probe, and stays until let go.

This file runs inside the environment under test: any Python from 2.7 on, nothing but
the standard library, nothing of the harness. The protocol, one connection a request:

1. The app connects to the address in FLASK_CONCURRENCY_PROBE (``host:port``).
2. It sends one line of JSON: ``request`` (the name the client gave), ``process``,
   ``thread`` and ``greenlet`` (null outside of one), ``at`` (seconds, monotonic clock,
   null where Python has none) and ``token`` (from FLASK_CONCURRENCY_TOKEN).
3. It waits. A line from the probe lets the request go, and is answered with a line:
   so the request was in the app all the time until then. The connection's end instead
   means that the probe is gone, and is an error.

The socket is the one that the app's own code would get: where a server has patched the
standard library, waiting here switches greenlets just as waiting for a database does.
"""

import json
import os
import socket
import sys
import threading
import time


class ProbeGone(Exception):
    """The probe closed the connection of a held request without releasing it."""


def current_greenlet():
    """The id of the running greenlet, or None in a plain thread."""
    greenlet = sys.modules.get("greenlet")
    if greenlet is None:
        return None
    current = greenlet.getcurrent()
    return None if current.parent is None else id(current)


def claims(environ):
    """What the server tells the app of itself (PEP 3333); nothing where it does not."""
    found = {}
    for name in ("multithread", "multiprocess"):
        if environ.get("wsgi." + name) is not None:
            found[name] = bool(environ["wsgi." + name])
    return found


def introduce(request):
    """The line that says which request is in the app, and where in the server."""
    monotonic = getattr(time, "monotonic", None)
    words = {
        "request": request,
        "process": os.getpid(),
        "thread": threading.current_thread().ident,
        "greenlet": current_greenlet(),
        "at": None if monotonic is None else monotonic(),
        "token": os.environ.get("FLASK_CONCURRENCY_TOKEN", ""),
    }
    return json.dumps(words).encode("utf-8") + b"\n"


def hold(request, connect=None):
    """Stay here until the probe lets the request go.

    ``connect`` opens the connection in place of the standard library.
    """
    host, _, port = os.environ["FLASK_CONCURRENCY_PROBE"].rpartition(":")
    connection = (connect or socket.create_connection)((host, int(port)))
    try:
        connection.sendall(introduce(request))
        if not connection.recv(16):
            raise ProbeGone("the probe closed the connection of request " + request)
        connection.sendall(b"left\n")
    finally:
        connection.close()
