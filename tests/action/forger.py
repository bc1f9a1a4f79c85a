"""A server that prints workflow commands of GitHub's runner, and exits."""

import sys

FORGED = """
::error title=forged::forged
::warning::forged
::set-output name=verdict::forged
::set-env name=PATH::/forged
::add-path::/forged
::stop-commands::forged
::add-mask::flask
##[error]forged
"""

for stream in (sys.stdout, sys.stderr):
    stream.write(FORGED)
    stream.flush()
sys.exit("::error::forged, last words")
