"""An app that takes its time before it is there, in every worker anew."""

import time

from flask import Flask

time.sleep(2)  # a model that is loaded, say
app = Flask(__name__)


@app.get("/")
def answer() -> str:
    return "42"
