"""Start Flask's own server from Python, with ``app.run(...)``."""

import argparse

from app import app

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threaded", dest="threaded", action="store_true")
    parser.add_argument("--no-threaded", dest="threaded", action="store_false")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    app.run(
        host=options.host,
        port=options.port,
        threaded=options.threaded,
        processes=options.processes,
    )
