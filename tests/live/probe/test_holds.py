"""Whatever an app reports about its requests, only the probe's own requests count."""

import asyncio
import json
from typing import Any

import pytest

from harness.probe.holds import Holds
from harness.probe.holds import listening


async def say(holds: Holds, *lines: bytes) -> bytes:
    """Connect as an app does, send something, and return what is answered at once."""
    host, _, port = holds.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"".join(lines))
    await writer.drain()
    await holds.catch_up()
    try:
        return await asyncio.wait_for(reader.read(16), 0.1)
    except TimeoutError:
        return b"held"
    finally:
        writer.close()


def line(holds: Holds, **other: Any) -> bytes:
    """Return the line that a request of the probe sends."""
    words = {
        "request": "r1.0",
        "process": 7,
        "thread": 8,
        "greenlet": None,
        "at": None,
        "token": holds.token,
    }
    return json.dumps(words | other).encode() + b"\n"


ODD: dict[str, Any] = {
    "a missing field": lambda holds: b'{"request": "r1.0"}\n',
    "a wrong type": lambda holds: line(holds, process="seven"),
    "an enormous number": lambda holds: line(holds, process=10**3000),
    "another token": lambda holds: line(holds, token="0"),
    "a token that is not ASCII": lambda holds: line(holds, token="é"),
    "a lone surrogate": lambda holds: line(holds, request="\ud800"),
    "no text": lambda holds: b"\xff\xfe\n",
    "no end": lambda holds: b"." * 10_000,
}


@pytest.mark.parametrize("name", ODD)
def test_unexpected_lines_end_the_connection(name: str) -> None:
    async def hold() -> tuple[bytes, int]:
        async with listening("127.0.0.1") as holds:
            holds.begin(["r1.0"])
            return await say(holds, ODD[name](holds)), len(holds.held)

    assert asyncio.run(hold()) == (b"", 0)


@pytest.mark.parametrize("request_name", ["r0.5", "r1.0.more", "other", "mark-0", ""])
def test_a_request_that_the_probe_did_not_send_is_released(request_name: str) -> None:
    async def hold() -> tuple[bytes, int, int]:
        async with listening("127.0.0.1") as holds:
            holds.begin(["r1.0"])
            said = line(holds, request=request_name)
            return await say(holds, said), len(holds.held), holds.broken

    assert asyncio.run(hold()) == (b"go\n", 0, 0)


def test_the_same_request_counts_once() -> None:
    async def hold() -> tuple[bytes, int]:
        async with listening("127.0.0.1") as holds:
            holds.begin(["r1.0"])
            async with asyncio.TaskGroup() as group:
                first = group.create_task(say(holds, line(holds)))
                second = group.create_task(say(holds, line(holds)))
            return min(first.result(), second.result()), holds.peak

    assert asyncio.run(hold()) == (b"go\n", 1)


def test_a_late_mark_is_accepted() -> None:
    async def hold() -> tuple[list[Any], int]:
        faults: list[Any] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        async with listening("127.0.0.1") as holds:
            holds.begin()
            for steps in range(20):
                given_up = asyncio.create_task(holds.catch_up())
                for _ in range(steps):
                    await asyncio.sleep(0)
                given_up.cancel()
                await holds.catch_up()
            return faults, holds.strays

    assert asyncio.run(hold()) == ([], 0)
