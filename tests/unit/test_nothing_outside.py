"""The fixture that forbids unit tests sockets and processes works."""

import socket
import subprocess
import sys

import pytest


def test_a_socket_is_forbidden() -> None:
    with pytest.raises(pytest.fail.Exception, match="may not open a socket"):
        socket.create_server(("127.0.0.1", 0))


def test_a_process_is_forbidden() -> None:
    with pytest.raises(pytest.fail.Exception, match="may not start a process"):
        subprocess.run([sys.executable, "-c", ""], check=True)
