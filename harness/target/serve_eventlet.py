"""Serve the app with eventlet.wsgi, with or without patching and a limit."""

import eventlet
from arguments import parser

arguments = parser(__doc__)
arguments.add_argument("--patch", action="store_true")
arguments.add_argument("--max-size", type=int)
options = arguments.parse_args()
if options.patch:
    # Before anything else is imported, as eventlet's documentation says.
    eventlet.monkey_patch()

from eventlet import wsgi

from app import app

if __name__ == "__main__":
    listener = eventlet.listen((options.host, options.port))
    wsgi.server(listener, app, max_size=options.max_size)
