"""The protocol of ``hold.py`` for coroutines, on Python 3.7 or newer.

``hold.py`` describes it. Waiting is an ``await`` in the event loop that the view
function runs in, whichever that is. The hook loads this file by its path, so it imports
its neighbours only when a view needs them.
"""

import asyncio
import os


async def hold(request, protocol):
    """Stay here until the probe releases the request; ``protocol`` is ``hold.py``."""
    host, _, port = os.environ["FLASK_CONCURRENCY_PROBE"].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(protocol.introduction(request))
        if not await reader.read(16):
            gone = "the probe closed the connection of request " + request
            raise protocol.ProbeGone(gone)
        writer.write(b"left\n")
        await writer.drain()
    finally:
        writer.close()


async def view():
    """Hold the request, then answer with its name."""
    import hold as protocol
    from flask import request

    name = request.args["request"]
    await hold(name, protocol)
    return name
