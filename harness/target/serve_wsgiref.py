"""Serve the app with Python's own server, with or without threads."""

from wsgiref.simple_server import make_server
from wsgiref.simple_server import WSGIServer

try:
    from socketserver import ThreadingMixIn
except ImportError:  # Python 2
    from SocketServer import ThreadingMixIn

from app import app
from arguments import parser


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A server that handles each request in a new thread."""

    daemon_threads = True


if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("--threading", action="store_true")
    options = arguments.parse_args()
    kind = ThreadingServer if options.threading else WSGIServer
    make_server(options.host, options.port, app, kind).serve_forever()
