"""The app of the usual experiment: every request sleeps for a second."""

import time

from flask import Flask

app = Flask(__name__)


@app.route("/")
def sleep() -> str:
    """Sleep, then answer."""
    time.sleep(1)
    return "slept"
