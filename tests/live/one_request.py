"""Serve the one connection whose file number is the argument, and end."""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "harness" / "target"))

import control  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
from plain_app import app  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

with socket.socket(fileno=int(sys.argv[1])) as connection:
    control.serve(connection, ("", 0), control.ControlServer("", 0, app))
