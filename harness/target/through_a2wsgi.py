"""Knows the same app as ASGI, by way of a2wsgi."""

from a2wsgi import WSGIMiddleware
from app import app as wsgi

app = WSGIMiddleware(wsgi)
