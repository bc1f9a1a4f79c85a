"""A WSGI server with a capacity of exactly N processes x M threads.

This is the control of every run, since its number is known beforehand. N processes
share one listening socket. In each of them M threads accept, serve and close one
connection after the other. The kernel wakes one waiting thread for each connection, so
when N x M requests are offered, all of them are in the app, in whatever order they
arrive, and the next one waits.

``--unbounded`` starts a thread for every connection instead, and ``--app plain_app``
serves an app that needs no Flask. It runs on any Python from 2.7 on.
"""

import importlib
import os
import signal
import socket
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler

from arguments import parser

class Handler(WSGIRequestHandler):
    """Serve one connection, in the thread that constructs this."""

    def log_message(self, *args):
        pass


class ControlServer(object):
    """The attributes that a wsgiref handler needs of its server, and nothing else."""

    multithread = True
    multiprocess = True

    def __init__(self, host, port, application):
        self.application = application
        self.base_environ = {
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REMOTE_HOST": "",
            "CONTENT_LENGTH": "",
            "SCRIPT_NAME": "",
        }

    def get_app(self):
        return self.application


def serve(connection, address, server):
    """Answer one connection and close it."""
    try:
        Handler(connection, address, server)
    except (OSError, socket.error):
        pass  # the client went away
    finally:
        try:
            connection.shutdown(socket.SHUT_WR)
        except (OSError, socket.error):
            pass
        connection.close()


def accept_forever(listener, server, spawn):
    """Serve one connection after the other; with ``spawn``, each in a new thread."""
    while True:
        connection, address = listener.accept()
        if spawn:
            thread = threading.Thread(
                target=serve, args=(connection, address, server)
            )
            thread.daemon = True
            thread.start()
        else:
            serve(connection, address, server)


def work(listener, server, threads, spawn):
    """Run the threads of one worker process until the process ends."""
    for _ in range(threads - 1):
        thread = threading.Thread(
            target=accept_forever, args=(listener, server, spawn)
        )
        thread.daemon = True
        thread.start()
    accept_forever(listener, server, spawn)


def listen(host, port):
    """Open the listening socket that all processes share."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--processes", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--unbounded", action="store_true")
    arguments.add_argument("--app", default="app")
    options = arguments.parse_args()

    app = importlib.import_module(options.app).app

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    listener = listen(options.host, options.port)
    server = ControlServer(options.host, options.port, app)
    for _ in range(options.processes - 1):
        if os.fork() == 0:
            work(listener, server, options.threads, options.unbounded)
    work(listener, server, options.threads, options.unbounded)


if __name__ == "__main__":
    sys.exit(main())
