"""An app factory whose every page is behind a login."""

from flask import abort
from flask import Flask
from flask import request


def create_app() -> Flask:
    app = Flask(__name__)

    @app.before_request
    def only_who_is_logged_in() -> None:
        if request.path != "/health" and "session" not in request.cookies:
            abort(401)

    @app.get("/health")
    def health() -> str:
        return "fine"

    @app.get("/")
    def front() -> str:
        return "Welcome back"

    return app
