"""Asks Linux's ``sock_diag`` about sockets (``man 7 sock_diag``).

A table of ``/proc/net`` is read in pieces, each found by its position, so while others
connect it may repeat a connection or leave one out. This asks for one connection by its
two ends. A table also has the connections of the whole machine, and reading 12,000
takes 4 ms of a processor; for the listening ones, or those of one port, the kernel
needs a tenth of a millisecond.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Collection
from collections.abc import Iterator
from typing import NamedTuple

Address = tuple[str, int]

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_TCPDIAG_GETSOCK = 18
_NLM_F_REQUEST = 1
_ANY = 0xFFFFFFFF
"""Constants of Linux's ``netlink.h``, ``sock_diag.h`` and ``inet_diag.h``."""

_HEAD = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBBI")
_NUMBERS = struct.Struct("=5I")
_AFTER_PORTS = 4 + 48
"""Where the numbers of an ``inet_diag_msg`` begin; the last is the inode."""

_NLM_F_DUMP = 0x300
_ERROR, _DONE = 2, 3
_PORTS = struct.Struct("!HH")
_STATES = struct.Struct("=2I")
_NO_MORE = struct.pack("=3I", 0, _ANY, _ANY)
"""The end of the two ends of a connection: any interface, and any socket there."""

_ESTABLISHED, _SYN_SENT, _SYN_RECEIVED = 1, 2, 3
_TIME_WAIT, _LISTEN, _NEW_SYN_RECEIVED = 6, 10, 12
_NOT_CONNECTED = 1 << _LISTEN | 1 << _TIME_WAIT


class Entry(NamedTuple):
    """A socket in the kernel's answer."""

    inode: str
    own: int
    """The local port."""
    peer: int
    """The other end's port; 0 if there is none."""
    host: bytes
    """The local address in the kernel's form: of four bytes, or of sixteen."""
    queued: int
    """For a listening socket: connections in its backlog."""
    limit: int
    """For a listening socket: most connections before its backlog is full."""


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
        family = socket.AF_INET6 if ":" in own[0] else socket.AF_INET
        for host in (own[0], peer[0]):
            ends += socket.inet_pton(family, host).ljust(16, b"\0")
        request = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, _ANY)
        self._send(_SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, request + ends + _NO_MORE)
        return _inode(self._socket.recv(4096))

    def listening(self) -> dict[str, int]:
        """The port of each socket that listens, by inode. Raises ``Unavailable``."""
        return {each.inode: each.own for each in self._dump(1 << _LISTEN)}

    def addresses(self) -> dict[str, Address]:
        """The address and port of each socket that listens, by inode.

        Raises ``Unavailable``.
        """
        entries = self._dump(1 << _LISTEN)
        return {each.inode: (_text(each.host), each.own) for each in entries}

    def without_server(self, port: int) -> int:
        """Number of clients of a local port that are connected to no server.

        If the backlog is full, the kernel drops whatever a client sends, even the end
        of the handshake, after which the client believes that it is connected. It is
        sent again after a second or less. Raises ``Unavailable``.
        """
        begun = 1 << _ESTABLISHED | 1 << _SYN_SENT
        clients = {each.own for each in self._dump(begun, peer=port)}
        states = _ANY & ~(_NOT_CONNECTED | 1 << _SYN_RECEIVED | 1 << _NEW_SYN_RECEIVED)
        return len(clients - {each.peer for each in self._dump(states, own=port)})

    def with_room(self, inodes: Collection[str]) -> set[int]:
        """The ports of the listening sockets among these whose backlogs have room.

        Raises ``Unavailable``.
        """
        entries = [each for each in self._dump(1 << _LISTEN) if each.inode in inodes]
        full = {entry.own for entry in entries if entry.queued > entry.limit}
        return {entry.own for entry in entries} - full

    def connections(self, port: int) -> set[str]:
        """The inodes of the connections of a local port; "0" for those in a backlog.

        Raises ``Unavailable``.
        """
        entries = self._dump(_ANY & ~_NOT_CONNECTED, own=port)
        return {entry.inode for entry in entries}

    def _send(self, kind: int, flags: int, request: bytes) -> None:
        size = _HEAD.size + len(request)
        self._socket.send(_HEAD.pack(size, kind, flags, 0, 0) + request)

    def _dump(self, states: int, own: int = 0, peer: int = 0) -> Iterator[Entry]:
        """All sockets in some states, or only those with one of these ports.

        This form of request is about both families at once. The kernel goes through all
        its tables for each request.
        """
        ends = bytes(4) + _PORTS.pack(own, peer) + bytes(32) + _NO_MORE
        request = ends + _STATES.pack(states, 0)
        self._send(_TCPDIAG_GETSOCK, _NLM_F_REQUEST | _NLM_F_DUMP, request)
        for answer in self._answers():
            if own in (0, answer.own) and peer in (0, answer.peer):
                yield answer

    def _answers(self) -> Iterator[Entry]:
        while True:
            data = self._socket.recv(1 << 16)
            while data:
                # Each message of an answer begins at a multiple of four bytes.
                size, kind, *_ = _HEAD.unpack_from(data)
                body, data = data[_HEAD.size : size], data[(size + 3) & ~3 :]
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    code = -int(struct.unpack_from("=i", body)[0])
                    raise Unavailable(os.strerror(code))
                _, queued, limit, _, inode = _NUMBERS.unpack_from(body, _AFTER_PORTS)
                own, peer = _PORTS.unpack_from(body, 4)
                host = body[8:12] if body[0] == socket.AF_INET else body[8:24]
                yield Entry(str(inode), own, peer, host, queued, limit)


def _text(host: bytes) -> str:
    family = socket.AF_INET if len(host) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, host)


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
