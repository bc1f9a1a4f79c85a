"""The app with Flask-SocketIO at ``/socket/``.

``FLASK_CONCURRENCY_SOCKETS`` is its ``async_mode``: threading, gevent or eventlet. Its
server sends a first message by itself.
"""

import os

from app import app as plain
from flask_socketio import SocketIO

app = plain
SocketIO(app, path="socket", async_mode=os.environ["FLASK_CONCURRENCY_SOCKETS"])
