"""Single connections, as Linux's ``sock_diag`` tells of them (``man 7 sock_diag``).

A table of ``/proc/net`` is read in pieces, each found by its position, so while others
connect it may repeat a connection or leave one out; and it has those of the whole
machine. This asks for one connection by its two ends.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterator

Address = tuple[str, int]

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ANY = 0xFFFFFFFF
_HEAD = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBBI")
_NUMBERS = struct.Struct("=5I")
_AFTER_PORTS = 4 + 48
"""Where the numbers of an ``inet_diag_msg`` begin; the last is the inode."""

_LISTEN, _TIME_WAIT = 10, 6


class Unavailable(Exception):
    """This kernel does not answer; the message says why."""


class SockDiag:
    """Asks the kernel for connections over one netlink socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def inode(self, own: Address, peer: Address) -> str | None:
        """The inode of the connection at ``own`` with ``peer``; "0" in the backlog.

        ``None`` if there is none. Raises ``Unavailable``.
        """
        ends = struct.pack("!HH", own[1], peer[1])
        for host in (own[0], peer[0]):
            ends += socket.inet_aton(host) + bytes(12)
        ends += struct.pack("=3I", 0, _ANY, _ANY)
        request = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY) + ends
        size, flags = _HEAD.size + len(request), _NLM_F_REQUEST
        self._socket.send(_HEAD.pack(size, _SOCK_DIAG_BY_FAMILY, flags, 0, 0) + request)
        return _inode(self._socket.recv(4096))


def _inode(answer: bytes) -> str | None:
    kind, body = _HEAD.unpack_from(answer)[1], answer[_HEAD.size :]
    if kind != _SOCK_DIAG_BY_FAMILY:
        code = -int(struct.unpack_from("=i", body)[0])
        if code == 2:  # ENOENT: there is no such connection
            return None
        raise Unavailable(os.strerror(code))
    if body[1] in (_LISTEN, _TIME_WAIT):
        return None
    return str(_NUMBERS.unpack_from(body, _AFTER_PORTS)[4])


@contextlib.contextmanager
def sock_diag() -> Iterator[SockDiag]:
    """Open a netlink socket. Raises ``Unavailable``."""
    try:
        family = socket.AF_NETLINK
        connection = socket.socket(family, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG)
    except (OSError, AttributeError) as problem:
        raise Unavailable(str(problem)) from None
    with connection:
        connection.settimeout(1.0)
        yield SockDiag(connection)
