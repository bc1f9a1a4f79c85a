"""The two routes of ``app.py`` that the control needs, without Flask.

For deployments, whose own app is measured, and for a Python without Flask.
"""

import json
import os
from urllib.parse import parse_qs

from hold import claims
from hold import hold


def ready(environ):
    """Answer with the token of this server, the process, and what the server claims."""
    token = os.environ.get("FLASK_CONCURRENCY_TOKEN", "")
    return json.dumps(dict(claims(environ), token=token, process=os.getpid()))


def held(environ):
    """Hold the request, then answer with its name."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    name = query["request"][0]
    hold(name)
    return name


def app(environ, start_response):
    """The WSGI app."""
    views = {"/ready": ready, "/hold": held}
    body = views[environ["PATH_INFO"]](environ).encode("utf-8")
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
