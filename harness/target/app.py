"""Knows the smallest Flask app whose requests can be held; any Flask from 0.10 on.

``/ready`` proves that the answer comes from the server that was started, and
``/hold?request=NAME`` stays in the view function until the probe lets it go; with
``&call=HOST:PORT`` it then calls its own server there.
"""

import json
import os

from flask import Flask
from flask import request
from hold import call
from hold import hold

app = Flask(__name__)


@app.route("/ready")
def ready():
    """The token that this server was started with, and who answers."""
    token = os.environ.get("FLASK_CONCURRENCY_TOKEN", "")
    return json.dumps({"token": token, "process": os.getpid()})


@app.route("/hold")
def held():
    """Hold the request, then answer with its name."""
    name = request.args["request"]
    if "call" in request.args:
        return call(name, request.args["call"], request.path)
    hold(name)
    return name
