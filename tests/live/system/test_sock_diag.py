"""The kernel is asked for single connections, accepted and not."""

from __future__ import annotations

import os
import socket

from harness.system.sock_diag import sock_diag


def test_a_connection_has_the_inode_of_who_accepted_it() -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=5) as listener,
        socket.create_connection(listener.getsockname()) as first,
        socket.create_connection(listener.getsockname()) as second,
        sock_diag() as kernel,
    ):
        accepted, _ = listener.accept()
        with accepted:
            ends = first.getpeername(), first.getsockname()
            assert kernel.inode(*ends) == str(os.fstat(accepted.fileno()).st_ino)
            assert kernel.inode(second.getpeername(), second.getsockname()) == "0"
            assert kernel.inode(listener.getsockname(), ("127.0.0.1", 9)) is None
