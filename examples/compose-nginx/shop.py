"""A shop behind nginx."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def front() -> str:
    return "Welcome"
