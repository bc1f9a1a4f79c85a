"""The app as an ASGI app, adapted by asgiref."""

from app import app as wsgi
from asgiref.wsgi import WsgiToAsgi

app = WsgiToAsgi(wsgi)
