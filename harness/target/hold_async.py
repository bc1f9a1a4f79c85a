"""The protocol of ``hold.py`` for coroutines, on Python 3.7 or newer.

``hold.py`` describes it. Waiting is an ``await`` in the event loop that the view
function runs in, whichever that is.
"""

import asyncio
import os

from hold import introduce
from hold import ProbeGone


async def hold(request):
    """Stay here until the probe lets the request go."""
    host, _, port = os.environ["FLASK_CONCURRENCY_PROBE"].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(introduce(request))
        if not await reader.read(16):
            raise ProbeGone("the probe closed the connection of request " + request)
        writer.write(b"left\n")
        await writer.drain()
    finally:
        writer.close()


async def view():
    """Hold the request, then answer with its name."""
    from flask import request

    name = request.args["request"]
    await hold(name)
    return name
