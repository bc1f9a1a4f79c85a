"""Serve the app with meinheld, with or without patching."""

from arguments import parser
from meinheld import patch
from meinheld import server

arguments = parser(__doc__)
arguments.add_argument("--patch", action="store_true")
options = arguments.parse_args()
if options.patch:
    patch.patch_all()

from app import app

if __name__ == "__main__":
    server.listen((options.host, options.port))
    server.run(app)
