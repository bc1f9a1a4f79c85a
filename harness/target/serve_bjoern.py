"""Serve the app with bjoern."""

import bjoern

from app import app
from arguments import parser

if __name__ == "__main__":
    options = parser(__doc__).parse_args()
    bjoern.run(app, options.host, options.port)
