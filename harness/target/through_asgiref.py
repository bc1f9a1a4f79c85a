"""Knows the same app as ASGI, by way of asgiref."""

from app import app as wsgi
from asgiref.wsgi import WsgiToAsgi

app = WsgiToAsgi(wsgi)
