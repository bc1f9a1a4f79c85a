"""An app that takes seconds to import, in every worker."""

import time

from flask import Flask

time.sleep(2)  # a model that is loaded, say
app = Flask(__name__)


@app.get("/")
def answer() -> str:
    return "42"
