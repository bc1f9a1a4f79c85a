"""The kernel is asked for sockets: single ones, listening ones, those of a port."""

import contextlib
import os
import socket

import pytest

from harness.system.sock_diag import sock_diag
from harness.system.sockets import overflows
from harness.system.sockets import share_an_address
from harness.system.sockets import will_arrive


@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
def test_a_connection_has_the_inode_of_the_process_that_accepted_it(
    host: str, family: socket.AddressFamily
) -> None:
    with (
        socket.create_server((host, 0), family=family, backlog=5) as listener,
        socket.create_connection(listener.getsockname()[:2]) as first,
        socket.create_connection(listener.getsockname()[:2]) as second,
        sock_diag() as kernel,
    ):
        accepted, _ = listener.accept()
        with accepted:
            ends = first.getpeername(), first.getsockname()
            assert kernel.inode(*ends) == str(os.fstat(accepted.fileno()).st_ino)
            assert kernel.inode(second.getpeername(), second.getsockname()) == "0"
            assert kernel.inode(listener.getsockname(), (host, 9)) is None


def test_listening_sockets_and_those_of_a_port_are_listed() -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=5) as listener,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as other,
        socket.create_connection(listener.getsockname()) as first,
        socket.create_connection(listener.getsockname()),
        sock_diag() as kernel,
    ):
        port = listener.getsockname()[1]
        accepted, _ = listener.accept()
        with accepted:
            listening = kernel.listening()
            for each in (listener, other):
                inode = str(os.fstat(each.fileno()).st_ino)
                assert listening[inode] == each.getsockname()[1]
            inode = str(os.fstat(accepted.fileno()).st_ino)
            assert inode not in listening
            assert kernel.connections(port) == {inode, "0"}
            assert first.getsockname()[1] != port


def test_sockets_with_the_same_address_share_a_port() -> None:
    """Two on one port share it only if they listen at the same address."""
    with contextlib.ExitStack() as stack:

        def inode(host: str, port: int, family: socket.AddressFamily) -> str:
            listener = stack.enter_context(socket.socket(family))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind((host, port))
            listener.listen(1)
            ports.append(listener.getsockname()[1])
            return str(os.fstat(listener.fileno()).st_ino)

        ports: list[int] = []
        first = inode("127.0.0.1", 0, socket.AF_INET)
        second = inode("127.0.0.1", ports[0], socket.AF_INET)
        third = inode("127.0.0.2", ports[0], socket.AF_INET)
        other = inode("::1", ports[0], socket.AF_INET6)
        assert share_an_address([first, second])
        assert share_an_address([first, third, other, second])
        assert not share_an_address([first, third, other])
        assert not share_an_address([])


def test_an_overflow_of_a_backlog_is_counted() -> None:
    before = overflows()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(
            socket.create_server(("127.0.0.1", 0), backlog=0)
        )
        inodes = {str(os.fstat(listener.fileno()).st_ino)}
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        assert overflows() > before
        assert not will_arrive(inodes)
        listener.accept()[0].close()
        assert will_arrive(inodes)
        assert not will_arrive(set())
