"""The state of a request."""

import errno
import os
from enum import Enum


class State(Enum):
    """The state of a request."""

    NEW = "new"
    OPENING = "opening"
    OPEN = "open"
    OFFERED = "offered"
    IDLE = "idle"
    ANSWERED = "answered"
    REFUSED = "refused"
    RESET = "reset"
    GIVEN_UP = "given up"


ENDED = frozenset({State.ANSWERED, State.REFUSED, State.RESET, State.GIVEN_UP})

OF_THIS_MACHINE = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENETUNREACH}
)
"""Errors which say that this machine is at its limits, or has no loopback interface,
and say nothing about the server."""


def ending_of(code: int) -> State:
    """The state of a client whose connection failed with this ``errno``."""
    if code in (errno.ECONNREFUSED, errno.ENOENT):
        return State.REFUSED
    if code in OF_THIS_MACHINE:
        raise OSError(code, os.strerror(code))
    return State.RESET
