"""Serves the shop with waitress, on all addresses."""

from shop import app
from waitress import serve

serve(app, listen="127.0.0.1:5069", threads=3)
