"""The app as an ASGI app, adapted by a2wsgi."""

from a2wsgi import WSGIMiddleware
from app import app as wsgi

app = WSGIMiddleware(wsgi)
