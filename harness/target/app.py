"""Knows the smallest Flask app whose requests can be held; any Flask from 0.10 on.

``/ready`` proves that the answer comes from the server that was started, and
``/hold?request=NAME`` stays in the view function until the probe lets it go.
"""

import json
import os

from flask import Flask
from flask import request
from hold import claims
from hold import hold

app = Flask(__name__)


@app.route("/ready")
def ready():
    """The token that this server was started with, who answers, and its claims."""
    token = os.environ.get("FLASK_CONCURRENCY_TOKEN", "")
    said = dict(claims(request.environ), token=token, process=os.getpid())
    return json.dumps(said)


@app.route("/hold")
def held():
    """Hold the request, then answer with its name."""
    name = request.args["request"]
    hold(name)
    return name
