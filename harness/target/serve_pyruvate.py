"""Serve the app with pyruvate."""

import pyruvate

from app import app
from arguments import parser

if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("--workers", type=int, required=True)
    options = arguments.parse_args()
    address = "{}:{}".format(options.host, options.port)
    pyruvate.serve(app, address, options.workers)
