"""Serve the app with gevent's pywsgi, with or without patching and a pool."""

from arguments import parser

arguments = parser(__doc__)
arguments.add_argument("--patch", action="store_true")
arguments.add_argument("--pool", type=int)
options = arguments.parse_args()
if options.patch:
    # Before anything else is imported, as gevent's documentation says.
    from gevent import monkey

    monkey.patch_all()

from app import app
from gevent.pywsgi import WSGIServer

if __name__ == "__main__":
    spawn = options.pool if options.pool else "default"
    WSGIServer((options.host, options.port), app, spawn=spawn).serve_forever()
