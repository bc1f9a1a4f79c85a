"""An app that starts another process beside those of the server."""

import multiprocessing
import time

from flask import Flask

app = Flask(__name__)


def send_mail() -> None:
    while True:
        time.sleep(60)


# Forked, so that what the app has open is open there too.
multiprocessing.get_context("fork").Process(target=send_mail, daemon=True).start()


@app.get("/")
def queued() -> str:
    return "sent"
