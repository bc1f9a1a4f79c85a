"""Sockets on the server of gevent, without its patches."""

import os

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
sockets = SocketIO(app, async_mode="gevent")

if __name__ == "__main__":
    sockets.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
