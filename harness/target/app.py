"""A minimal Flask app whose requests can be held. It runs on any Flask from 0.10 on.

``/ready``
    proves that the answer comes from the server that was started.
``/hold?request=NAME``
    stays in the view function until the probe lets it go. ``&wait=`` says how it waits.
    With ``&call=HOST:PORT`` it then calls its own server there, with ``&compute=STEPS``
    it computes that many steps.
``/async?request=NAME``
    does the same in an ``async def`` view, where Flask has these.
``/stream?request=NAME``
    answers with a space, stays until it is let go, and then sends the name. With
    ``&events=N`` it sends a space and stays N times.
``/upload?request=NAME``
    is in the app while it reads what is sent, for clients that send slowly.
``/large?pieces=N``
    answers with N pieces, for clients that read slowly.
``/read``
    reads what is sent, for clients that send slowly.
"""

import itertools
import json
import os
import sys
import time

from flask import Flask
from flask import request
from flask import Response
from hold import call
from hold import claims
from hold import compute
from hold import hold
from hold import hold_reading

app = Flask(__name__)
PIECE = b"." * 65536

# Large apps take a while to import.
BOOT_SECONDS = float(os.environ.get("FLASK_CONCURRENCY_BOOT_SECONDS", "0"))
time.sleep(BOOT_SECONDS)


@app.route("/ready")
def ready():
    """Answer with the token of this server, the process, and what the server claims."""
    token = os.environ.get("FLASK_CONCURRENCY_TOKEN", "")
    answer = dict(claims(request.environ), token=token, process=os.getpid())
    answer["boot_seconds"] = BOOT_SECONDS
    return json.dumps(answer)


@app.route("/hold")
def held():
    """Hold the request, then answer with its name."""
    name = request.args["request"]
    if "call" in request.args:
        return call(name, request.args["call"], request.path)
    if "compute" in request.args:
        compute(name, int(request.args["compute"]))
        return name
    hold(name, wait=request.args.get("wait", "socket"))
    return name


@app.route("/stream")
def stream():
    """Begin the answer, hold the request, then complete the answer with its name."""
    name = request.args["request"]
    events = int(request.args.get("events", "1"))

    def pieces():
        for _ in range(events):
            yield b" "
            hold(name)
        yield name.encode("utf-8")

    return Response(pieces(), mimetype="text/event-stream")


def why_not_async():
    """Return why there are no ``async def`` views; empty if there are."""
    if not hasattr(app, "ensure_sync"):
        return "they came with Flask 2.0"
    if sys.version_info < (3, 7):
        return "Flask needs Python 3.7 for them"
    try:
        import asgiref  # noqa: F401
    except ImportError:
        return "Flask needs asgiref for them, and it is not installed"
    return ""


def no_async():
    """Answer that there are no ``async def`` views."""
    return why_not_async(), 501


if why_not_async():
    app.add_url_rule("/async", "no_async", no_async)
else:
    from hold_async import view

    app.add_url_rule("/async", "view", view)


@app.route("/large")
def large():
    """Answer with the number of pieces that the query names."""
    pieces = int(request.args["pieces"])
    headers = {"Content-Length": str(pieces * len(PIECE))}
    return Response(itertools.repeat(PIECE, pieces), headers=headers)


@app.route("/upload", methods=["POST"])
def upload():
    """Stay in the app until everything that the client sends has arrived."""
    name = request.args["request"]
    hold_reading(name, request.get_data)
    return name


@app.route("/read", methods=["POST"])
def read():
    """Answer with the number of bytes that the client sent, once all have arrived."""
    return str(len(request.get_data()))
