"""Apps in which not every request reaches Flask."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from shop import app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import redirect
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

dispatcher = DispatcherMiddleware(Response("none here", 404), {"/shop": app})


@Request.application
def _to_https(request):
    return redirect(request.url.replace("http:", "https:", 1), 301)


def https_only(environ, start_response):
    """Redirect requests that did not come by HTTPS to the proxy in front."""
    secure = environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    return (app if secure else _to_https)(environ, start_response)


def one_host(environ, start_response):
    """Serve one host only."""
    known = environ["HTTP_HOST"] == "shop.example"
    refused = Response("Invalid host header", 400)
    return (app if known else refused)(environ, start_response)


POOL = ThreadPoolExecutor(3)


def call(path, query, headers):
    """Call the Flask app, and return its status, headers and body."""
    client = app.test_client()
    return client.get(path, query_string=query, headers=headers)


async def asgi(scope, receive, send):
    """Pass requests below a path to the Flask app, in a pool of three threads."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    status, body = 404, b"none here"
    if path.startswith("/shop/"):
        headers = [(k.decode(), v.decode()) for k, v in scope["headers"]]
        query = scope["query_string"].decode()
        loop = asyncio.get_running_loop()
        given = await loop.run_in_executor(POOL, call, path[5:], query, headers)
        status, body = given.status_code, given.data
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})
