"""Start Flask's own server from Python, with ``app.run(...)``."""

from app import app
from arguments import parser

if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("--threaded", dest="threaded", action="store_true")
    arguments.add_argument("--no-threaded", dest="threaded", action="store_false")
    arguments.add_argument("--processes", type=int, default=1)
    options = arguments.parse_args()
    app.run(
        host=options.host,
        port=options.port,
        threaded=options.threaded,
        processes=options.processes,
    )
