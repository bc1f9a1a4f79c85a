"""The smallest app that uWSGI serves."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def orders() -> str:
    return "None yet"
