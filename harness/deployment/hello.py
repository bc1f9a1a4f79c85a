"""What the reserved route reports about its process."""

from __future__ import annotations

import msgspec


class Hello(msgspec.Struct, frozen=True):
    """What the reserved route reports about its process."""

    patched: bool
    """Whether its sockets are patched by a library such as gevent."""
    stale: tuple[str, ...]
    """Names that the user's modules imported before the patching."""
    python: str = ""
    flask: str = ""
    """The release of Flask; empty if unknown."""
    process: int = 0
    words: tuple[str, ...] = ()
    """The words that the process, or the one it was forked from, was started with."""
    folder: str = ""
    """Its current folder."""
    software: str = ""
    """What the server calls itself (``SERVER_SOFTWARE``)."""
    server: str = ""
    """The server's package, as the caller of the app or the loaded modules show it."""
    told: dict[str, int | str] = {}
    """The server's own settings of how many requests to run at once."""
    green: str = ""
    """The greenlet library whose server runs in the process."""
    places: tuple[str, ...] = ()
    """Names of the places inside the app that the hook found."""
    multithread: bool | None = None
    multiprocess: bool | None = None
    """What the server claims (PEP 3333)."""
