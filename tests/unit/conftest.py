"""Unit tests open no socket and start no process."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from typing import NoReturn

import pytest
import urllib3.util.connection  # noqa: F401  # opens a socket when it is imported


@pytest.fixture(autouse=True, scope="module")
def nothing_outside() -> Iterator[None]:
    """Sockets and processes are for the live tests: here their use fails a test."""

    def forbidden(what: str) -> object:
        def fail(*_args: object, **_keywords: object) -> NoReturn:
            pytest.fail(
                f"a unit test may not {what}: move it to tests/live", pytrace=True
            )

        return fail

    with pytest.MonkeyPatch.context() as patch:
        # The methods and not the classes: libraries derive classes of their own.
        patch.setattr(socket.socket, "__init__", forbidden("open a socket"))
        patch.setattr(subprocess.Popen, "__init__", forbidden("start a process"))
        yield
