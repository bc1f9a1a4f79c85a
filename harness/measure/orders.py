"""Sends orders, each to measure one environment, over a socket.

Each is a line of JSON, answered by an empty line when it is done.
"""

import socket
from collections.abc import Iterator

import msgspec

from harness.records.plan import Installed
from harness.records.plan import PlannedEnvironment

Order = tuple[PlannedEnvironment, Installed]
"""What to measure, and what is installed to measure it with."""

DONE = b"\n"


def send_order(connection: socket.socket, order: Order) -> None:
    """Send an order; if the other end has ended, that shows when its answer is read."""
    try:
        connection.sendall(msgspec.json.encode(order) + b"\n")
    except (BrokenPipeError, ConnectionResetError):
        pass


def receive_done(connection: socket.socket) -> bool:
    """Wait until an order is carried out; false if the other end has ended instead."""
    try:
        return connection.recv(1) == DONE
    except ConnectionResetError:
        return False


def orders(connection: socket.socket) -> Iterator[Order]:
    """The orders that arrive, until the other end closes.

    The next is read only after the last was carried out and acknowledged.
    """
    with connection.makefile("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Order)
            connection.sendall(DONE)
