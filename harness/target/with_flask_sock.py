"""The app with a WebSocket of Flask-Sock at ``/socket/``.

It sends a first message, and listens until the client leaves.
"""

from app import app as plain
from flask_sock import Sock

app = plain


@Sock(app).route("/socket/")
def socket(connection):
    """Send a message that the WebSocket is open, and stay."""
    connection.send("open")
    while True:
        connection.receive()
