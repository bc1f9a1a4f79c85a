"""Starts the server with a list of words."""

import sys

import waitress
from shop import app

options = {"port": int(sys.argv[2]), "host": "127.0.0.1", "threads": 3}
waitress.serve(app, **options)
