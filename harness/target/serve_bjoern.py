"""Serve the app with bjoern."""

import argparse

import bjoern

from app import app

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    bjoern.run(app, options.host, options.port)
