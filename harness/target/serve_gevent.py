"""Serve the app with gevent's pywsgi, with or without patching and a pool."""

import argparse

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--host", required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--patch", action="store_true")
parser.add_argument("--pool", type=int)
options = parser.parse_args()
if options.patch:
    # Before anything else is imported, as gevent's documentation says.
    from gevent import monkey

    monkey.patch_all()

from app import app
from gevent.pywsgi import WSGIServer

if __name__ == "__main__":
    spawn = options.pool if options.pool else "default"
    WSGIServer((options.host, options.port), app, spawn=spawn).serve_forever()
