"""Serve the app with meinheld, with or without patching."""

import argparse

from meinheld import patch
from meinheld import server

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--host", required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--patch", action="store_true")
options = parser.parse_args()
if options.patch:
    patch.patch_all()

from app import app

if __name__ == "__main__":
    server.listen((options.host, options.port))
    server.run(app)
