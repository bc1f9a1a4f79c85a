"""Sockets that can be read or written are reported, until they are forgotten."""

import asyncio
import socket
from collections.abc import Iterator
from functools import partial

import pytest

from harness.probe.readiness import Readiness
from harness.probe.readiness import readiness

SECONDS = 30.0


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected sockets."""
    one, other = socket.socketpair()
    for each in (one, other):
        each.setblocking(False)
    with one, other:
        yield one, other


async def passes(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), SECONDS)


def test_data_and_the_end_are_reported(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, other = pair
    arrived: list[bytes] = []

    async def run() -> None:
        watched, end = Readiness(asyncio.get_running_loop()), asyncio.Event()

        def receive() -> None:
            arrived.append(one.recv(1))
            if not arrived[-1]:
                watched.forget(one.fileno())
                end.set()

        watched.watch_reading(one.fileno(), receive)
        other.send(b"ab")
        other.close()
        await passes(end)

    asyncio.run(run())
    assert arrived == [b"a", b"b", b""]


def test_room_to_write_is_reported_until_it_is_ignored(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, other = pair
    told: list[str] = []

    async def run() -> None:
        watched, read = Readiness(asyncio.get_running_loop()), asyncio.Event()

        def write() -> None:
            told.append("room")
            if len(told) == 3:
                watched.ignore_writing(one.fileno())
                other.send(b"a")

        def receive() -> None:
            told.append(one.recv(1).decode())
            read.set()

        watched.watch_reading(one.fileno(), receive)
        watched.watch_writing(one.fileno(), write)
        await passes(read)
        watched.forget(one.fileno())

    asyncio.run(run())
    assert told == ["room", "room", "room", "a"]


def test_a_forgotten_socket_is_not_reported_even_if_it_was_ready(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    told: list[socket.socket] = []

    async def run() -> None:
        watched, end = Readiness(asyncio.get_running_loop()), asyncio.Event()

        def forget_both(which: socket.socket) -> None:
            told.append(which)
            for each in pair:
                watched.forget(each.fileno())
                each.close()
            end.set()

        for each in pair:
            each.send(b"a")
        for each in pair:
            watched.watch_reading(each.fileno(), partial(forget_both, each))
        await passes(end)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert len(told) == 1


def test_each_event_loop_has_its_own_readiness() -> None:
    async def known() -> tuple[Readiness, Readiness]:
        return readiness(), readiness()

    one, again = asyncio.run(known())
    assert one is again
    assert asyncio.run(known())[0] is not one
