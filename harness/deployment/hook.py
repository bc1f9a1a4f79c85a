"""The start-up hook in a deployment: how it gets there, and what it reports.

The hook is ``target/hook``. It adds routes to the app. Its notes on processes are empty
files in a folder.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from harness.measure.target import TARGET

HOOK = TARGET / "hook"

VIEWS = "/.flask-concurrency/"
READY = VIEWS + "ready"
HEADER = "X-Flask-Concurrency"

WAY_IN = "ignore::_flask_concurrency_start.Ignored"
"""A warning filter that makes Python import a module of the hook at its start. This is
for agents whose own ``sitecustomize`` hides that of the hook."""

NOTES = "FLASK_CONCURRENCY_SEEN"
"""Variable that names the folder of the notes."""


def with_hook(variables: Mapping[str, str], own: Path) -> dict[str, str]:
    """The variables with which the hook is loaded, and notes something in a folder.

    The folder is made below ``own``, that of the check.
    """
    notes = own / "seen"
    notes.mkdir(exist_ok=True)
    notes.chmod(0o1777)  # of whichever user the server becomes
    path = filter(None, (str(HOOK), variables.get("PYTHONPATH", "")))
    options = filter(None, (WAY_IN, variables.get("PYTHONWARNINGS", "")))
    return {
        **variables,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONWARNINGS": ",".join(options),
        NOTES: str(notes),
    }


def noted(own: Path) -> set[str]:
    """The notes so far, such as ``flask`` once Flask was imported."""
    notes = own / "seen"
    return set(os.listdir(notes)) if notes.is_dir() else set()


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
    """The command line of the process, or of the one that it was forked from."""
    folder: str = ""
    """Its current folder."""
    software: str = ""
    """What the server calls itself (``SERVER_SOFTWARE``)."""
    server: str = ""
    """The server's package, as the caller of the app or the loaded modules show it."""
    told: dict[str, int | str] = {}
    """The server's own settings for how many requests to run at once."""
    green: str = ""
    """The greenlet library whose server runs in the process."""
    places: tuple[str, ...] = ()
    """Names of the places inside the app that the hook found."""
    multithread: bool | None = None
    multiprocess: bool | None = None
    """What the server claims (PEP 3333)."""


SILENT = Hello(patched=False, stale=())
"""Stands for a process that reported nothing."""
