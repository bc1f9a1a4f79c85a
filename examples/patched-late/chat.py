"""An app that imports names from modules before gevent patches them."""

from time import sleep

from flask import Flask

app = Flask(__name__)


@app.get("/")
def wait() -> str:
    sleep(1)  # the one that was there before: it blocks every request of the worker
    return "done"
