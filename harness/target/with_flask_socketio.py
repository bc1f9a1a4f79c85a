"""The app with Flask-SocketIO at ``/socket/``.

``FLASK_CONCURRENCY_SOCKETS`` is its ``async_mode``: threading, gevent or eventlet. Its
server sends a first message by itself.
"""

import os

from app import app
from flask_socketio import SocketIO

SocketIO(app, path="socket", async_mode=os.environ["FLASK_CONCURRENCY_SOCKETS"])
