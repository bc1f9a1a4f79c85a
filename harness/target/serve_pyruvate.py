"""Serve the app with pyruvate."""

import argparse

import pyruvate

from app import app

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args()
    address = "{}:{}".format(options.host, options.port)
    pyruvate.serve(app, address, options.workers)
