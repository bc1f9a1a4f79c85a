"""An app that takes names from modules before gevent patches these."""

from time import sleep

from flask import Flask

app = Flask(__name__)


@app.get("/")
def wait() -> str:
    sleep(1)  # the one that was there before: it blocks every request of the worker
    return "done"
