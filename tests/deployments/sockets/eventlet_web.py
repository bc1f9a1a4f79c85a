"""Sockets on the server of eventlet, without its patches."""

import os

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
sockets = SocketIO(app, async_mode="eventlet")

if __name__ == "__main__":
    sockets.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
