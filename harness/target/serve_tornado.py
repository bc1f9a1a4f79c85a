"""Serve the app with tornado's WSGIContainer, with or without an executor."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.wsgi import WSGIContainer

from app import app
from arguments import parser

if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("--executor", type=int, help="threads; 0 for Python's default")
    options = arguments.parse_args()
    more = {}
    if options.executor is not None:
        more["executor"] = ThreadPoolExecutor(options.executor or None)
    asyncio.set_event_loop(asyncio.new_event_loop())
    HTTPServer(WSGIContainer(app, **more)).listen(options.port, options.host)
    IOLoop.current().start()
