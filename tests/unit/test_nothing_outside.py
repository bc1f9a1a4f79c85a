"""The fixture that keeps unit tests from the world does so."""

import socket
import subprocess
import sys

import pytest


def test_no_socket() -> None:
    with pytest.raises(pytest.fail.Exception, match="may not open a socket"):
        socket.create_server(("127.0.0.1", 0))


def test_no_process() -> None:
    with pytest.raises(pytest.fail.Exception, match="may not start a process"):
        subprocess.run([sys.executable, "-c", ""], check=True)
