"""What the reserved route reports about its process."""

from __future__ import annotations

import msgspec


class Hello(msgspec.Struct, frozen=True):
    """What the reserved route reports about its process."""

    patched: bool
    """Whether its sockets are those of a library such as gevent."""
    stale: tuple[str, ...]
    """Names in the user's modules that were taken before the patching."""
    python: str = ""
    flask: str = ""
    """Releases, where it could say."""
    process: int = 0
    words: tuple[str, ...] = ()
    """What it was started with, or the process that it was forked from."""
    folder: str = ""
    """Its current folder."""
    software: str = ""
    """What the server calls itself (``SERVER_SOFTWARE``)."""
    server: str = ""
    """The package of the server, as what calls the app or the modules show it."""
    told: dict[str, int | str] = {}
    """How many requests at once the server was told to run, by its own names."""
    green: str = ""
    """The library of greenlets whose server runs in it."""
    places: tuple[str, ...] = ()
    """Names of the places inside the app that it has found."""
    multithread: bool | None = None
    multiprocess: bool | None = None
    """What the server claims (PEP 3333)."""
